"""The peer of dsp.mjs: the same spectrograms by librosa or, where that is missing, by its steps in scipy (float32 FFT,
as librosa has it on numpy >= 2) or numpy (whose FFT is float64 before version 2), with a dense mel matrix as librosa's.
Reads JSON lines: first the settings, answered by {name}, then cases {case, seconds}, each run once and answered by {ms}.
Exits 1 without numpy."""
import json
import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(1)
try:
    import librosa
except ImportError:
    librosa = None
try:
    import scipy
    import scipy.fft
except ImportError:
    scipy = None

rfft = scipy.fft.rfft if scipy else np.fft.rfft
r = json.loads(sys.stdin.readline())
SR, N, HOP, MELS, TOP = r["sampleRate"], r["fftSize"], r["hopLength"], r["melBands"], r["rangeDb"]
WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N) / N)).astype(np.float32)


def stft(y):
    y = np.pad(y, N // 2)
    frames = np.lib.stride_tricks.sliding_window_view(y, N)[::HOP]
    out = np.empty((N // 2 + 1, len(frames)), np.complex64)
    for at in range(0, len(frames), 256):
        out[:, at : at + 256] = rfft(frames[at : at + 256] * WINDOW, axis=1).T
    return out


def to_db(power):
    db = 10 * np.log10(np.maximum(1e-10, power))
    return np.maximum(db, db.max() - TOP)


def mel_filters():
    hz = lambda m: np.where(m < 15, m * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)))
    corners = hz(np.linspace(0, 15 + np.log(SR / 2000) / (np.log(6.4) / 27), MELS + 2))
    ramps = corners[:, None] - (np.arange(N // 2 + 1) * SR / N)[None]
    width = np.diff(corners)
    weights = np.maximum(0, np.minimum(-ramps[:-2] / width[:-1, None], ramps[2:] / width[1:, None]))
    return (weights * (2 / (corners[2:] - corners[:-2]))[:, None]).astype(np.float32)


def linear(y):
    if librosa:
        db = librosa.amplitude_to_db(np.abs(librosa.stft(y, n_fft=N, hop_length=HOP)), ref=1, top_db=TOP)
    else:
        db = to_db(np.abs(stft(y)) ** 2)
    low, high = db.min(), db.max()
    return (db - low) / (high - low)


def mel(y, filters):
    if librosa:
        power = librosa.feature.melspectrogram(y=y, sr=SR, n_fft=N, hop_length=HOP, n_mels=MELS)
        return librosa.power_to_db(power, ref=1, top_db=TOP)
    return to_db(filters @ (np.abs(stft(y)) ** 2))


def sound(seconds):
    t = np.arange(seconds * SR) / SR
    noise = np.random.default_rng(1).uniform(-0.05, 0.05, len(t))
    return (0.4 * np.sin(2 * np.pi * (100 + 100 * t) * t) + noise).astype(np.float32)


def answer(value):
    print(json.dumps(value), flush=True)


peers = {"librosa": librosa, "scipy": scipy, "numpy": np}
answer({"name": next(f"{name} {peer.__version__}" for name, peer in peers.items() if peer)})
sounds = {}
filters = mel_filters()  # librosa caches its own
for line in sys.stdin:
    case = json.loads(line)
    seconds = case["seconds"]
    if seconds not in sounds:
        sounds[seconds] = sound(seconds)
    y = sounds[seconds]
    start = time.perf_counter()
    linear(y) if case["case"] == "linear" else mel(y, filters)
    answer({"ms": (time.perf_counter() - start) * 1000})
