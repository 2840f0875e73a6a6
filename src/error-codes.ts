// All codes that an error can have, and what each says. A flow may tell errors apart by them (a Catch node hands on
// `msg.error.code`), so one thing has one word. docs/errors.md is made of this list.

/** Group → code → what has happened, and what helps (Markdown). */
export const ERROR_GROUPS = {
  Settings: {
    architecture:
      'The layers of the network do not fit each other or the spectrograms. Change filters, kernels, strides or prior.',
    config: 'A property of a node is not among what it may be. Open the node and correct it.',
    'frequency-range': 'The lowest and highest frequency leave no band, or reach above half the sample rate.',
    'no-rate':
      'How often a score comes is not known, and the threshold needs it. Enter the seconds in the threshold node.',
    'segment-length': 'A file is too long to be one segment. Set a segment length.',
    'device-name': 'This name of a device may be deployed but not tried in the dialog. Choose one from the list.',
  },
  Messages: {
    'no-label': 'The message has no label to learn from. Give it `msg.label`, e.g. by folder names.',
    'no-original': 'The message lacks the sound whose phase is wanted. Tick _Keep sound_ in the spectrogram node.',
    'no-db-range':
      'It is not known how loud 0 and 1 of this spectrogram are. Keep `lowDb` and `highDb` in the message.',
    'not-audio': 'The message is no segment of sound. Wire a mic-in or wav-folder node to this one.',
    'not-features': 'The message has no features. Wire an audio-features node, or rows of a CSV, to this one.',
    'not-finite': 'A value is not a finite number. The segment is left out; look at what makes it.',
    'not-score': 'The message has no score. Wire a vae-score node to this one.',
    'not-spectrogram': 'The message is no spectrogram. Wire a spectrogram node to this one.',
    'payload-size': 'The values in the message are not as many as it says. Something on the way changes it.',
    'too-loud': 'The spectrogram is louder than sound can be. Look at what makes it.',
    'too-large': 'The spectrogram is too large. Use shorter segments, a larger hop length or fewer frames.',
    'too-short': 'The segment is shorter than what is computed of it. Send longer segments.',
    'unknown-feature': 'The message lacks a feature that was chosen. Choose features that are there.',
    'wrong-message': 'The node does not take this message. The error says what it expects.',
  },
  'Work in the flow': {
    busy: 'The same work is going on already, here or in another process. Wait for it, or stop it.',
    cancelled: 'The work was stopped before it was done.',
    closed: 'The node was closed or deployed anew before the work was done.',
    overload: 'More came than could be worked on; this was left out, and counted. Send less, or longer segments.',
    'thread-failed': 'The thread that did the work ended. This message is lost, the next one gets a new thread.',
  },
  Training: {
    diverged: 'The training went astray: its numbers are no longer finite. Lower the learning rate or the weights.',
    memory: 'The network needs more memory than there is. Use a smaller network, batch or spectrogram.',
    'mixture-collapsed': 'No component of the mixture prior is live. Use fewer components, or a lower rl weight.',
    'one-class': 'All examples are of one class, or too few of the other. Collect both.',
    'other-settings':
      'The spectrogram was made with other settings than those before it, or than the model. Use the same.',
    'too-few-examples': 'There are too few examples to train on. Record more.',
    'too-few-scores': 'There are too few scores to reckon with. Train or learn on more segments.',
    'too-many-examples': 'As many examples are collected as fit; this one was left out.',
  },
  Models: {
    'model-damaged': 'The file is damaged or is not what it should be. Use another version, or train again.',
    'model-name': 'The audio model has no name. Open it and name it.',
    'model-newer-format': 'A newer release of the package wrote the file. Update the package, or train again.',
    'model-not-saved': 'The model could not be written; earlier versions are untouched. The error says what to do.',
    'model-unreadable': 'The model cannot be read. Look at its folder and who may read it.',
    'no-model': 'No audio model is chosen, or it is missing. Open the node and choose one.',
    'no-prior': 'The model is a plain autoencoder: it cannot make up sounds. Train with _Variational_ on.',
    'not-trained': 'There is nothing trained yet. Train it first.',
    'other-model': 'The score is of another model. Choose the same one in both nodes.',
    'tensorflow-not-installed': 'The audio model wants TensorFlow, which is not installed.',
    'tensorflow-not-loaded': 'TensorFlow is installed but does not load.',
    'no-simd': 'The processor or its system has no WebAssembly SIMD. On a Raspberry Pi, install the 64-bit system.',
  },
  'Files and folders': {
    'disk-full': 'The disk is full. Free some space, or record less.',
    'export-not-saved': 'The exported model could not be written. The error says what to do.',
    'export-too-large': 'The model does not fit into a file of this kind. Export it as safetensors.',
    'feedback-damaged': 'A segment of the feedback set cannot be read. It was left out; remove its file.',
    'feedback-full': 'As many segments are marked as normal as fit. Record what is normal anew.',
    'feedback-not-saved': 'The feedback set could not be written. The error says what to do.',
    'file-unreadable': 'The file cannot be opened. Look at its name and who may read it.',
    folder: 'The folder is missing, is none, or may not be used for this.',
    'no-files': 'Examples are to be parted by file, but some came without `msg.filename`.',
    'no-sound': 'The folder holds no sound that could be read.',
    'no-such-sound': 'The folder holds no such sound. Choose one of the list.',
    'no-spectrograms': 'The folder holds no spectrogram. A spectrogram-write node makes them.',
    'not-writable': 'Node-RED may not write there. Choose another folder.',
    'outside-folder': 'A link leads out of the folder. Remove it, or choose another folder.',
    'sound-file': 'The file is damaged, or of a kind that cannot be read.',
    'spectrogram-exists': 'A spectrogram of another sound has this name. Use a folder for each folder of sounds.',
    'spectrogram-not-saved': 'The spectrogram could not be written. The error says what to do.',
    'spool-read': 'What was collected for a training cannot be read any more. Collect it again.',
    'spool-write': 'What is collected for a training could not be kept. The error says what to do.',
    'write-failed': 'The recording could not be written. The error says what to do.',
  },
  Microphone: {
    'capture-busy': 'Another program uses the microphone.',
    'capture-channels': 'The device does not record with this number of channels.',
    'capture-ended': 'The device stopped. It is tried again.',
    'capture-interrupted': 'The recording was interrupted. It is tried again.',
    'capture-list': 'The devices could not be listed.',
    'capture-no-device': 'There is no such device. Choose one from the list; is it plugged in?',
    'capture-not-installed': 'The program or package that records is not installed. The error says how to install it.',
    'capture-permission': "Node-RED's user may not use the device. Add it to the group audio.",
    'capture-sample-rate': 'The device does not record at this rate. The error says at which it does.',
    'capture-silent': 'The device delivers nothing. Is it still plugged in?',
    'capture-sound-server': 'The sound server does not answer. It is tried again.',
    'capture-start': 'Recording could not be started.',
  },
} as const;

type Groups = typeof ERROR_GROUPS;
export type ErrorCode = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];
