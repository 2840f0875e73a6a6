/** What a preview looks at, at most. */
export const PREVIEW_LIMITS = {
  /** Of a sound; of rates above 27 kHz less: 64 MiB of samples. */
  seconds: 600,
  samples: 2 ** 24,
  /** Of a picture: 64 MiB. */
  values: 2 ** 24,
  /** Looked at in a folder, and named. */
  entries: 20_000,
  names: 500,
  listMilliseconds: 10_000,
};
