"""Times PyTorch eager's inference and training step of ResNet-Dwise50: the peer of our own benchmarks.

    python Tests/Interop/benchmark_step.py train --size 1024 --batch 4 --threads 2 --runs 5
    python Tests/Interop/benchmark_step.py infer --size 1024 --batch 1 --threads 2 --runs 15

Random weights and images, channels-last memory; a training step is forward, smooth loss, backward and SGD with momentum 0.9 and weight decay 0.001.
Prints one JSON line: median and least seconds of the runs after the warm-up, and the peak of resident memory, whole and beyond
what was resident when model and images were ready. Compare medians taken in one sitting: shared machines vary by the hour. Linux only.
"""
import argparse
import json
import statistics
import time

import torch

from resnet_dwise50 import ResNetDwise50
from smooth_loss import smooth_loss


def resident(key):
    """MiB: VmRSS now, VmHWM at the peak."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key + ":")) / 1024


def forget_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def inference_step(model, images):
    model.eval()

    def step():
        with torch.inference_mode():
            model(images)

    return step


def training_step(model, images):
    model.train()
    targets = torch.randn(len(images), 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, weight_decay=0.001)

    def step():
        optimizer.zero_grad()
        smooth_loss(model(images), targets).backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times PyTorch eager on ResNet-Dwise50.")
    parser.add_argument("what", choices=("train", "infer"))
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warm-up", type=int, default=2)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    model = ResNetDwise50(channels=options.channels).to(memory_format=torch.channels_last)
    images = torch.randn(options.batch, options.channels, options.size, options.size).contiguous(memory_format=torch.channels_last)
    step = {"train": training_step, "infer": inference_step}[options.what](model, images)

    forget_peak()
    start, seconds = resident("VmRSS"), []
    for _ in range(options.warm_up + options.runs):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    seconds = seconds[options.warm_up :]
    peak = resident("VmHWM")
    print(json.dumps({
        "engine": f"torch {torch.__version__} eager", **vars(options), "median_seconds": round(statistics.median(seconds), 4),
        "least_seconds": round(min(seconds), 4), "peak_mib": round(peak), "beyond_start_mib": round(peak - start),
    }))
