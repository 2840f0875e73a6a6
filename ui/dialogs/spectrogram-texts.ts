import type catalogue from '../../nodes/spectrogram/locales/en-US/spectrogram.json';
import { textsOf } from '../shared/texts';

/** A text of the spectrogram's preview. */
export const t = textsOf<(typeof catalogue)['spectrogram']['preview']>('spectrogram', 'spectrogram.preview');
