"""The networks of bench/engine.mjs in PyTorch, driven by lines of JSON on stdin:
{"cmd": "step"}, {"cmd": "infer"} answer {"ms": …}; {"cmd": "rss"} answers {"mb": …}. One argument: JSON settings."""

import json
import resource
import sys
import time

import torch
from torch import nn

settings = json.loads(sys.argv[1])
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)
architecture = settings["architecture"]


def padding(spec):
    """Symmetric padding, which PyTorch's fast paths take; TensorFlow's 'same' differs by one pixel at stride 2."""
    return spec["kernel"] // 2


class Block(nn.Module):
    def __init__(self, spec, up):
        super().__init__()
        fine, coarse, stride, kernel = spec["fine"], spec["coarse"], spec["stride"], spec["kernel"]
        if up:
            self.conv = nn.ConvTranspose2d(coarse[2], fine[2], kernel, stride, padding(spec))
            self.size = fine[:2]
        else:
            self.conv = nn.Conv2d(fine[2], coarse[2], kernel, stride, padding(spec))
            self.size = None
        self.act = nn.ReLU() if spec["activation"] == "relu" else nn.Sigmoid()
        self.norm = nn.BatchNorm2d((fine if up else coarse)[2], eps=1e-3) if spec["batchNorm"] else nn.Identity()

    def forward(self, x):
        y = self.conv(x, output_size=self.size) if self.size else self.conv(x)
        return self.norm(self.act(y))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(*[Block(s, False) for s in architecture["encoder"]])
        self.decoder = nn.Sequential(*[Block(s, True) for s in architecture["decoder"]])
        h, w, c = architecture["encoder"][-1]["coarse"]
        self.latent = architecture["latentDim"]
        self.heads = nn.Linear(h * w * c, 2 * self.latent)
        self.shape = architecture["bridge"]
        self.bridge = nn.Linear(self.latent, self.shape[0] * self.shape[1] * self.shape[2])

    def forward(self, x, noisy):
        heads = self.heads(self.encoder(x).flatten(1))
        mu, logvar = heads[:, : self.latent], heads[:, self.latent :].clamp(-10, 10)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu) if noisy else mu
        h, w, c = self.shape
        return self.decoder(self.bridge(z).view(-1, c, h, w)), mu, logvar


network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
examples = torch.rand(settings["batch"], 1, *architecture["input"])


def step(x):
    optimizer.zero_grad()
    y, mu, logvar = network(x, True)
    rl = ((y - x) ** 2).mean()
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
    (settings["rlWeight"] * rl + kl).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1e9)
    optimizer.step()


def infer():
    with torch.no_grad():
        network.eval()
        y, _, _ = network(examples[:1], False)
        error = float(((y - examples[:1]) ** 2).mean())
        network.train()
    return error


def epoch(segments):
    for start in range(0, segments, settings["batch"]):
        step(examples[: min(settings["batch"], segments - start)])


for line in sys.stdin:
    command = json.loads(line)
    started, cpu = time.perf_counter(), time.process_time()
    if command["cmd"] == "rss":
        print(json.dumps({"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
        continue
    if command["cmd"] == "step":
        step(examples)
    elif command["cmd"] == "epoch":
        epoch(command["segments"])
    else:
        infer()
    ms, cpu_ms = (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000
    print(json.dumps({"ms": ms, "cpuMs": cpu_ms}), flush=True)
