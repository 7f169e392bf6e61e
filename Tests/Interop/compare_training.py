"""Trains ResNet-Dwise50 in PyTorch as `tessera train` would, and says how well it scores the test images.

    python Tests/Interop/compare_training.py --data DIR --size 256 --epochs 10 --learning-rate 0.001 --optimizer sgd --schedule cosine --seed 0 --run RUN

DIR holds images and labels.csv (file,score[,reader1,reader2],split). The defaults are those of `tessera train`: batches of 4, learning rate 0.001, constant;
SGD with momentum 0.9, or Adam or AdamW, weight decay 0.001; smooth loss of z-scored targets; the paper's augmentation. Initial weights, order and
augmentation are what Tessera draws from the same seed, so both train on the same batches; --run names the run of `tessera train` to be compared,
and the first step's loss must then be its. After some steps rounding alone parts the two, so compare several seeds.
Prints one JSON object: Pearson's r, MAE and RMSE on the test images of the last weights, and of those of the epoch with the least validation MAE;
training loss and validation figures of each epoch; seconds of training alone and of everything. Progress goes to the error output.
"""
import argparse
import concurrent.futures
import copy
import json
import math
import pathlib
import sys
import time

import numpy
import torch

import random_streams
from radiographs import Radiographs
from resnet_dwise50 import ResNetDwise50
from smooth_loss import smooth_loss


def arguments():
    parser = argparse.ArgumentParser(description="Trains ResNet-Dwise50 in PyTorch with the recipe of tessera train.")
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--channels", type=int, choices=(1, 3), default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--optimizer", choices=("sgd", "adam", "adamw"), default="sgd")
    parser.add_argument("--weight-decay", type=float, default=0.001)
    parser.add_argument("--schedule", choices=("constant", "cosine"), default="constant")
    parser.add_argument("--warm-up", type=int, default=0, help="steps over which a cosine schedule rises")
    parser.add_argument("--no-rotation", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--run", type=pathlib.Path, help="the run's folder, whose first loss must be this one's")
    return parser.parse_args()


def initialize(model, seed):
    """Tessera's: filters normal with deviation sqrt(2 / fan in), the head uniform in 1 / sqrt(fan in), norms 1 and 0."""
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            if path.startswith("head"):
                parameter.copy_(torch.from_numpy(random_streams.uniform_weights(seed, path, parameter.shape, model.head.in_features)))
            elif parameter.dim() == 4:
                parameter.copy_(torch.from_numpy(random_streams.he_normals(seed, path, parameter.shape)))


def make_optimizer(options, parameters):
    common = {"lr": options.learning_rate, "weight_decay": options.weight_decay}
    if options.optimizer == "sgd":
        return torch.optim.SGD(parameters, momentum=0.9, **common)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options.optimizer](parameters, **common)


def rate_factor(options, completed, total):
    if options.schedule == "constant":
        return 1.0
    if completed < options.warm_up:
        return (completed + 1) / options.warm_up
    return (1 + math.cos(math.pi * min(1, (completed - options.warm_up) / max(total - options.warm_up, 1)))) / 2


def read_ahead(batches, make):
    """make(batch) for each batch in order, the next one in a second thread."""
    with concurrent.futures.ThreadPoolExecutor(1) as worker:
        pending = None
        for batch in batches:
            following = worker.submit(make, batch)
            if pending is not None:
                yield pending.result()
            pending = following
        if pending is not None:
            yield pending.result()


def require_first_loss(folder, loss):
    """That both begin alike: the same weights, images, order and augmentation."""
    with open(folder / "metrics.jsonl") as file:
        theirs = json.loads(file.readline())["loss"]
    if not math.isclose(theirs, loss, rel_tol=1e-3, abs_tol=1e-5):
        raise SystemExit(f"{folder}: the first step's loss is {theirs}, here {loss}: not the same training")


class Run:
    def __init__(self, options):
        torch.set_num_threads(options.threads)
        torch.set_flush_denormal(True)
        self.options, self.data = options, Radiographs(options.data, options.size, options.channels, turns=not options.no_rotation)
        self.data.measure()
        scores = self.data.scores[self.data.parts["train"]]
        self.mean, self.deviation = scores.mean(), scores.std()
        self.model = ResNetDwise50(channels=options.channels)
        initialize(self.model, options.seed)
        self.model = self.model.to(memory_format=torch.channels_last)
        self.optimizer = make_optimizer(options, self.model.parameters())
        self.completed = 0

    def batches(self, epoch, first=0):
        """Images and z-scored targets of the epoch's batches from number `first` on."""
        options, indices = self.options, self.data.parts["train"]
        order = numpy.array(random_streams.permutation(options.seed, epoch, indices))
        steps = len(indices) // options.batch_size
        if steps == 0:
            raise SystemExit(f"{len(indices)} training images are less than a batch of {options.batch_size}")

        def batch(part):
            images = torch.stack([self.data.training(i, random_streams.augmentation(options.seed, epoch, i)) for i in part])
            targets = torch.from_numpy((self.data.scores[part] - self.mean) / self.deviation).float()[:, None]
            return images.contiguous(memory_format=torch.channels_last), targets

        return read_ahead(order[: steps * options.batch_size].reshape(steps, -1)[first:], batch)

    def step(self, images, targets):
        """One step of the optimiser; the loss before it."""
        options = self.options
        total = len(self.data.parts["train"]) // options.batch_size * options.epochs
        for group in self.optimizer.param_groups:
            group["lr"] = options.learning_rate * rate_factor(options, self.completed, total)
        self.model.train()
        loss = smooth_loss(self.model(images), targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.completed += 1
        return loss.item()

    def train_epoch(self, epoch):
        losses = []
        for images, targets in self.batches(epoch):
            losses.append(self.step(images, targets))
            if self.completed == 1 and self.options.run:
                require_first_loss(self.options.run, losses[0])
        return sum(losses) / len(losses)

    def figures(self, split):
        """Pearson's r (None where undefined), MAE and RMSE over a part, or None where it is empty."""
        indices = self.data.parts[split]
        if not indices:
            return None
        self.model.eval()
        predictions = []
        with torch.inference_mode():
            for start in range(0, len(indices), self.options.batch_size):
                images = torch.stack([self.data.evaluation(i) for i in indices[start : start + self.options.batch_size]])
                predictions += self.model(images.contiguous(memory_format=torch.channels_last))[:, 0].double().tolist()
        predictions, scores = numpy.array(predictions) * self.deviation + self.mean, self.data.scores[indices]
        errors = predictions - scores
        varies = len(scores) > 1 and predictions.std() > 0 and scores.std() > 0
        return {
            "pearson": float(numpy.corrcoef(predictions, scores)[0, 1]) if varies else None,
            "mae": float(abs(errors).mean()), "rmse": float(numpy.sqrt((errors**2).mean())),
        }


def main():
    options = arguments()
    begin = time.perf_counter()
    run = Run(options)
    losses, validations, training_seconds, best = [], [], 0.0, None
    for epoch in range(options.epochs):
        start = time.perf_counter()
        losses.append(run.train_epoch(epoch))
        training_seconds += time.perf_counter() - start
        validations.append(run.figures("validation"))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}, validation {validations[-1]}", file=sys.stderr, flush=True)
        if validations[-1] and (best is None or validations[-1]["mae"] < best[0]):
            best = (validations[-1]["mae"], epoch, copy.deepcopy(run.model.state_dict()))
    result = {"engine": f"torch {torch.__version__} eager", **vars(options), "test": run.figures("test")}
    if best:
        run.model.load_state_dict(best[2])
        result["best"] = {"epoch": best[1] + 1, "test": run.figures("test")}
    result |= {"losses": losses, "validation": validations, "training_seconds": round(training_seconds, 2), "seconds": round(time.perf_counter() - begin, 2)}
    print(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
