"""Goes on with a run of `tessera train` in PyTorch, from a checkpoint in the middle, and prints the losses of both side by side.

    tessera train --data DIR --out RUN … --checkpoint-interval 100 --keep-checkpoints
    python Tests/Interop/compare_steps.py RUN --checkpoint RUN/checkpoints/step-100.safetensors --data DIR --steps 30

For ResNet-Dwise50 with the smooth loss. Weights, running statistics and the optimiser's states come from the checkpoint; the batches are drawn as Tessera
draws them; the run's own losses stand in its metrics.jsonl. What differs is rounding, which grows from step to step: a wrong gradient, moment,
learning rate or image would show at once. Needs torch and safetensors.
"""
import argparse
import json
import pathlib

import torch
from safetensors import safe_open

from compare_training import Run

SLOTS = {"momentum": "momentum_buffer", "moment1": "exp_avg", "moment2": "exp_avg_sq"}


def arguments():
    parser = argparse.ArgumentParser(description="Compares a run's steps after a checkpoint with PyTorch's.")
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def run_options(options, configuration, preprocessing):
    """The run's configuration as compare_training.py takes it."""
    optimizer, schedule, augmentation = configuration["options"]["optimizer"], configuration["schedule"], configuration["augmentation"]
    return argparse.Namespace(
        data=options.data, size=preprocessing["size"], channels=preprocessing["channels"], epochs=configuration["epochs"], batch_size=configuration["batchSize"],
        learning_rate=configuration["learningRate"], optimizer=optimizer["name"], weight_decay=optimizer["weightDecay"], schedule=schedule["name"],
        warm_up=schedule.get("warmUp", 0), no_rotation=not augmentation["quarterTurns"], seed=configuration["seed"], threads=options.threads, run=None,
    )


def load(run, tensors):
    """The states of a checkpoint into model and optimiser."""
    state = run.model.state_dict()
    run.model.load_state_dict({path: tensors.get(path, value).reshape(value.shape) for path, value in state.items()})
    for path, parameter in run.model.named_parameters():
        slots = {theirs: tensors[f"optimizer.{ours}.{path}"].reshape(parameter.shape).clone() for ours, theirs in SLOTS.items() if f"optimizer.{ours}.{path}" in tensors}
        if "optimizer.step" in tensors:
            slots["step"] = tensors["optimizer.step"].float()
        run.optimizer.state[parameter] = slots


def main():
    options = arguments()
    with safe_open(options.checkpoint, "pt") as file:
        metadata = {key: json.loads(file.metadata()[key]) for key in ("configuration", "preprocessing", "progress")}
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    run = Run(run_options(options, metadata["configuration"], metadata["preprocessing"]))
    load(run, tensors)
    progress = metadata["progress"]
    run.completed = progress["step"]
    with open(options.run / "metrics.jsonl") as file:
        lines = [json.loads(line) for line in file]
    theirs = {line["step"]: line["loss"] for line in lines if line["kind"] == "step"}
    print("step      Tessera    PyTorch")
    for images, targets in run.batches(progress["epoch"], progress["batch"]):
        step = run.completed + 1
        if step not in theirs or step > progress["step"] + options.steps:
            break
        print(f"{step:<8} {theirs[step]:.6f}   {run.step(images, targets):.6f}", flush=True)


if __name__ == "__main__":
    main()
