// The worker thread of PlotThread.

import { drawFigure, type Figure, type PictureSettings } from '../charts/figures/draw';
import { answerRequests } from '../threads/request-worker';

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
