// The worker thread of PlotThread.
import { answerRequests } from '../dsp/request-worker';
import { drawFigure, type Figure, type PictureSettings } from '../plot/figures/draw';

export interface PlotRequest {
  figure: Figure;
  settings: PictureSettings;
}

/** PNG as bytes, SVG as text. */
export type PlotAnswer = Uint8Array | string;

answerRequests<PlotRequest, PlotAnswer>(({ figure, settings }) => ({
  answer: drawFigure(figure, settings),
  transfer: [],
}));
