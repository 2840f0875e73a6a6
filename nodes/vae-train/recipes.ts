// Settings of published systems, to fill the fields of a vae-train node with; '' is what the network itself brings.

export const RECIPES = {
  oneClass: {
    ...{ preset: 'mirrored', latentDim: '', batchNorm: '', variational: true, epochs: 50, batchSize: 64 },
    ...{ learningRate: 0.01, weightDecay: 0.0005, rlWeight: 1e8, klWeight: 64 },
    ...{ validationSplit: 0.3, earlyStopping: 'prechelt' },
  },
};
