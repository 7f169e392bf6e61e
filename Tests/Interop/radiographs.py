"""A folder of images with scores, preprocessed and augmented as Sources/Imaging does it; random draws are the caller's."""
import csv
import pathlib

import numpy
import torch
from PIL import Image

SPLITS = ("train", "validation", "test")


class Radiographs:
    """The samples of `labels.csv` (file,score[,reader1,reader2],split): decoded once and kept, floats in 0...1 when asked for."""

    def __init__(self, folder, size, channels, turns=True):
        self.turns = turns
        self.folder, self.size, self.channels = pathlib.Path(folder), size, channels
        with open(self.folder / "labels.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or any(row.get("split") not in SPLITS for row in rows):
            raise SystemExit(f"{self.folder}/labels.csv: every line needs a split, one of {', '.join(SPLITS)}")
        self.files = [row["file"] for row in rows]
        self.scores = numpy.array([float(row["score"]) for row in rows])
        self.parts = {split: [i for i, row in enumerate(rows) if row["split"] == split] for split in SPLITS}
        self.decoded = {}
        self.mean, self.deviation = torch.zeros(channels, 1, 1), torch.ones(channels, 1, 1)

    def image(self, index):
        """[channels, height, width]; grey is repeated, colour becomes grey by luma."""
        if index not in self.decoded:
            with Image.open(self.folder / self.files[index]) as file:
                if file.mode == "P":
                    file = file.convert("RGB")
                self.decoded[index] = numpy.asarray(file)
        pixels = self.decoded[index]
        values = torch.from_numpy(pixels.astype(numpy.float32) / (255 if pixels.dtype == numpy.uint8 else 65535))
        values = values[None] if values.ndim == 2 else values.permute(2, 0, 1)
        values = values[:3] if len(values) >= 3 else values[:1]
        if len(values) == 3 and self.channels == 1:
            return luma(values)
        return values.expand(self.channels, -1, -1) if len(values) == 1 else values

    def measure(self):
        """Takes mean and deviation of each channel from the training images as evaluation sees them."""
        images = [self.crop(self.image(i), 1.0, None).double() for i in self.parts["train"]]
        self.mean = (sum(image.mean((1, 2)) for image in images) / len(images))[:, None, None]
        self.deviation = (sum(((image - self.mean) ** 2).mean((1, 2)) for image in images) / len(images)).sqrt()[:, None, None]
        self.mean, self.deviation = self.mean.float(), self.deviation.float()

    def crop(self, image, scale, place):
        """Resizes the shorter side to size / scale with antialiasing and cuts out a square, at `place` (of 0...1 in x and y) or in the centre."""
        height, width = image.shape[1:]
        shorter = max(self.size, round(self.size / scale))
        longer = max(shorter, round(shorter * max(height, width) / min(height, width)))
        shape = (longer, shorter) if width <= height else (shorter, longer)
        image = torch.nn.functional.interpolate(image[None], size=shape, mode="bilinear", antialias=True, align_corners=False)[0]
        if place is None:
            x, y = (shape[1] - self.size) // 2, (shape[0] - self.size) // 2
        else:
            x, y = int(place[0] * (shape[1] - self.size + 1)), int(place[1] * (shape[0] - self.size + 1))
        return image[:, y : y + self.size, x : x + self.size]

    def normalized(self, image):
        return (image - self.mean) / self.deviation

    def evaluation(self, index):
        return self.normalized(self.crop(self.image(index), 1.0, None))

    def training(self, index, u):
        """The paper's augmentation: scale and place of the crop, flip, brightness, contrast, saturation, quarter turns, drawn as u (8 of 0...1)."""
        image = self.crop(self.image(index), 0.9 + 0.1 * u[0], u[1:3])
        if u[3] < 0.5:
            image = image.flip(2)
        image = (image * (0.9 + 0.2 * u[4])).clamp(0, 1)
        contrast = 0.9 + 0.2 * u[5]
        image = (image * contrast + (1 - contrast) * luma(image).mean()).clamp(0, 1)
        if len(image) == 3:
            saturation = 0.9 + 0.2 * u[6]
            image = (image * saturation + (1 - saturation) * luma(image)).clamp(0, 1)
        return self.normalized(torch.rot90(image, int(4 * u[7]), (1, 2)) if self.turns else image)


def luma(image):
    return image if len(image) == 1 else image[1:2] + (0.2989 * (image[0:1] - image[1:2]) + 0.114 * (image[2:3] - image[1:2]))
