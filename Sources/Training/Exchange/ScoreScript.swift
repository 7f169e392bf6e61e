import Foundation
import TesseraTensors

/// The Python script that scores images with an exported model elsewhere. It reads from the model's metadata what is
/// done to an image, so it is the same for every model.
public enum ScoreScript {
    public static let name = "score.py"

    /// The first line of every version of the script: what has it was written by us and may be replaced.
    private static let mark = text.prefix { $0 != "\n" }

    /// Writes the script into the folder of the file `model`, whole or not at all, and returns its path. Throws where a
    /// file of its name is there that we did not write.
    public static func write(beside model: String) throws -> String {
        let path = model.lastIndex(of: "/").map { String(model[...$0]) + name } ?? name
        if FileManager.default.fileExists(atPath: path),
            (try? WholeFile.read(path, limit: 1 << 20))?.starts(with: mark.utf8) != true
        {
            throw TesseraError(
                at: path, found: "a file that tessera did not write",
                accepted: "another folder for the model, so that nothing is lost")
        }
        try AtomicFile.write(text, to: path)
        return path
    }

    static let text = #"""
        # Written by `tessera export --with-script`: scores images with an exported model, without Tessera.
        """Scores PNG images with a model that Tessera has exported; needs numpy, Pillow and onnxruntime.

            python score.py MODEL.onnx IMAGE.png [IMAGE.png ...] [--json]

        All that is done to an image stands in the model's metadata. Scores are those of `tessera predict` up to rounding. This is a research
        tool and no medical device.
        """
        import argparse
        import json
        import math
        import sys
        import zlib

        import numpy
        import onnxruntime
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = 1 << 28


        def main():
            parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
            parser.add_argument("model")
            parser.add_argument("images", nargs="+")
            parser.add_argument("--json", action="store_true", help="print an array of file and score")
            arguments = parser.parse_args()
            session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
            metadata = session.get_modelmeta().custom_metadata_map
            if "tessera.image_steps" not in metadata:
                sys.exit(f"{arguments.model} does not say how images are prepared")
            steps = json.loads(metadata["tessera.image_steps"])
            if json.loads(metadata.get("tessera.training_data", "{}")).get("isSynthetic"):
                print(f"note: {arguments.model} was trained on synthetic phantoms, of no patient", file=sys.stderr)
            scores = []
            for path in arguments.images:
                try:
                    image = prepare(read(path), steps)
                except (OSError, ValueError, SyntaxError, zlib.error) as error:
                    sys.exit(f"{path}: {error}")
                output = session.run(None, {session.get_inputs()[0].name: image[None]})[0]
                if output.size != 1:
                    sys.exit(f"{arguments.model} gives {output.size} numbers an image, not a score")
                scores.append(score(float(output.reshape(-1)[0]), metadata))
            if arguments.json:
                print(json.dumps([{"file": path, "score": value} for path, value in zip(arguments.images, scores)], indent=2))
            else:
                for path, value in zip(arguments.images, scores):
                    print(f"{path}\t{value:.6f}")


        def score(output, metadata):
            """What the network gives, in score units; in a model of --units score that is the output itself."""
            if metadata.get("tessera.predicts_logits") == "true":
                output = 1 / (1 + math.exp(-output))
            scale = json.loads(metadata["tessera.score_scale"])
            return output * scale["deviation"] + scale["mean"]


        # What is done to an image


        def prepare(samples, steps):
            """From samples [rows, columns, channels] of 8 or 16 bits to what the network takes, [channels, size, size]."""
            if steps["format"] != 1:
                raise ValueError(f"the model's image steps have the format {steps['format']}, which this script does not know")
            largest = {numpy.dtype("uint8"): 255, numpy.dtype("uint16"): 65535}[samples.dtype]
            planes = samples.transpose(2, 0, 1).astype(numpy.float32) / numpy.float32(largest)
            planes = square(with_channels(planes, steps), steps)
            mean, deviation = (numpy.array(steps[name], numpy.float32)[:, None, None] for name in ("mean", "deviation"))
            return (planes - mean) / deviation


        def with_channels(planes, steps):
            """Without alpha; colour made grey, or grey repeated, where the network has other channels."""
            color, count = planes.shape[0] >= 3, steps["channels"]
            if not color:
                return numpy.repeat(planes[:1], count, axis=0)
            if count == 1:
                red, green, blue = planes[:3]
                return (green + steps["grey"]["red"] * (red - green) + steps["grey"]["blue"] * (blue - green))[None]
            if count != 3:
                raise ValueError(f"a colour image for a network of {count} channels")
            return planes[:3]


        def square(planes, steps):
            """The film resized to, and centred in, a square."""
            rows, columns = planes.shape[1:]
            size, longer, shorter = steps["size"], max(rows, columns), min(rows, columns)
            if steps["fit"] == "crop":
                short, long = size, max(size, rounded(size * (longer / shorter)))
            elif steps["fit"] == "pad":
                short, long = rounded(size * (shorter / longer)), size
            elif steps["fit"] == "stretch":
                short, long = size, size
            else:
                raise ValueError(f"the fit {steps['fit']}, which this script does not know")
            width, height = (short, long) if columns <= rows else (long, short)
            (left, right, x), (top, bottom, y) = centred(width, size), centred(height, size)
            across, down = resize_weights(columns, width, left, right), resize_weights(rows, height, top, bottom)
            result = numpy.zeros((len(planes), size, size), numpy.float32)
            for channel, plane in enumerate(planes):
                result[channel, y : y + bottom - top, x : x + right - left] = down @ (plane @ across.T)
            return result


        def rounded(number):
            return max(1, math.floor(number + 0.5))


        def centred(length, size):
            """First and last pixel of a side of `length` in the square, and where it lies there."""
            room = abs(length - size) // 2
            return (room, room + size, 0) if length >= size else (0, length, room)


        def resize_weights(length, target, first, last):
            """Bilinear with antialiasing: the weights [last - first, length] of `length` pixels in the pixels first..<last of `target`. A
            triangle around each pixel's centre, as wide as the larger of both pixels, cut off at the borders, of sum 1."""
            scale = length / target
            support = max(scale, 1)
            centers = (numpy.arange(first, last)[:, None] + 0.5) * scale
            begin = numpy.maximum(0, (centers - support + 0.5).astype(int))
            end = numpy.minimum(length, (centers + support + 0.5).astype(int))
            pixels = numpy.arange(length)
            weights = numpy.maximum(0, 1 - numpy.abs(pixels + 0.5 - centers) / support)
            weights[(pixels < begin) | (pixels >= end)] = 0
            return (weights / weights.sum(axis=1, keepdims=True)).astype(numpy.float32)


        # Reading


        def read(path):
            """The samples [rows, columns, channels] of a PNG, palettes and small depths expanded, as uint8 or uint16."""
            with open(path, "rb") as file:
                head = file.read(29)
            if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
                raise ValueError("no PNG file")
            # Pillow reads colour and alpha of 16 bits as 8.
            if head[24] == 16 and head[25] != 0:
                return read_deep(path)
            with Image.open(path) as image:
                if image.mode in ("1", "P", "PA"):
                    image = image.convert("L" if image.mode == "1" else "RGB")
                samples = numpy.asarray(image)
            if head[24] == 16:
                samples = samples.astype(numpy.uint16)
            return samples if samples.ndim == 3 else samples[:, :, None]


        def read_deep(path):
            """A PNG of 16 bits, of colour or with alpha."""
            with open(path, "rb") as file:
                data = file.read()
            place, packed = 8, b""
            while place < len(data):
                length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
                if kind == b"IDAT":
                    packed += data[place + 8 : place + 8 + length]
                place += length + 12
            width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
            channels, interlaced = {2: 3, 4: 2, 6: 4}[data[25]], data[28] == 1
            raw = numpy.frombuffer(zlib.decompress(packed), numpy.uint8)
            samples, used = numpy.zeros((height, width, channels), numpy.uint16), 0
            adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            for x, y, dx, dy in adam7 if interlaced else [(0, 0, 1, 1)]:
                rows, columns = samples[y::dy, x::dx].shape[:2]
                if rows == 0 or columns == 0:
                    continue
                lines = raw[used : used + rows * (1 + 2 * channels * columns)].reshape(rows, -1)
                used += lines.size
                pixels = unfiltered(lines[:, 0], lines[:, 1:].reshape(rows, columns, 2 * channels))
                samples[y::dy, x::dx] = numpy.ascontiguousarray(pixels).view(">u2")
            return samples


        def unfiltered(filters, lines):
            """PNG's five filters undone, for all pixels of an anti-diagonal at once: each needs those left, above and both."""
            rows, columns, count = lines.shape
            result = numpy.zeros((rows + 1, columns + 1, count), numpy.int32)
            for diagonal in range(rows + columns - 1):
                y = numpy.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
                x = diagonal - y
                left, above, corner = result[y + 1, x], result[y, x + 1], result[y, x]
                guess = left + above - corner
                distances = numpy.abs(guess - left), numpy.abs(guess - above), numpy.abs(guess - corner)
                paeth = numpy.where(
                    (distances[0] <= distances[1]) & (distances[0] <= distances[2]), left,
                    numpy.where(distances[1] <= distances[2], above, corner))
                choices = numpy.stack([numpy.zeros_like(left), left, above, (left + above) // 2, paeth])
                result[y + 1, x + 1] = (lines[y, x] + choices[filters[y], numpy.arange(len(y))]) & 255
            return result[1:, 1:].astype(numpy.uint8)


        if __name__ == "__main__":
            main()

        """#
}
