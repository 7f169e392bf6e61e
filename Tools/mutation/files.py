"""Changed PNG, CSV and safetensors files and checkpoints, each handed to the command that reads them."""
import binascii
import json

import random
import shutil
import struct
import subprocess
import zlib

import onnx

import seeds
from alter import EXTREMES, alter_bytes
from runtimes import SECONDS, limit_memory

def tiny_run(tessera, scratch):
    """A run of a few steps of a tiny network on phantoms, its folder."""
    run, data = scratch / "run", scratch / "phantoms"
    if not run.exists():
        backbone = scratch / "backbone.onnx"
        backbone.write_bytes(seeds.network(17, True, False)[0].SerializeToString())

        def call(*arguments):
            subprocess.run([tessera, *map(str, arguments)], check=True, capture_output=True)

        call("phantom", "--count", 12, "--size", 32, "--validation", 2, "--test", 2, "--seed", 1, "--out", data)
        call("train", "--backbone", backbone, "--head", "linear:1", "--data", data, "--size", 32, "--epochs", 1, "--batch-size", 4,
             "--out", run)
    return run, data


def exported(tessera, scratch):
    """The tiny network as `tessera export` writes it."""
    run, _ = tiny_run(tessera, scratch)
    path = scratch / "exported.onnx"
    subprocess.run([tessera, "export", run, "--out", path], check=True, capture_output=True)
    return onnx.load(path)


def prepare(tessera, kind, scratch):
    run, data = tiny_run(tessera, scratch)
    folder = scratch / "seeds"
    folder.mkdir()
    if kind == "png":
        shutil.copy(sorted(data.glob("*.png"))[0], folder / "phantom.png")
        for number, (bits, color, interlace) in enumerate(
            [(8, 0, 0), (16, 0, 0), (8, 2, 0), (16, 2, 0), (8, 3, 0), (1, 3, 0), (4, 0, 0), (8, 4, 0), (8, 6, 0), (8, 2, 1), (2, 0, 1)]
        ):
            (folder / f"{number}.png").write_bytes(image(bits, color, interlace))
    elif kind == "csv":
        text = (data / "labels.csv").read_text()
        rows = [line.split(",") for line in text.split()]
        (folder / "comma.csv").write_text(text)
        (folder / "semicolon.csv").write_text("\n".join(";".join(row).replace(".", ",") for row in rows))
        (folder / "tab.csv").write_bytes("\r\n".join("\t".join(row) for row in rows).encode("utf-16"))
        (folder / "quoted.csv").write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    else:
        shutil.copy(run / "checkpoints/last.safetensors", folder / "last.safetensors")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", binascii.crc32(kind + body))


def image(bits, color, interlace, width=9, height=7):
    """A PNG of random samples; interlaced ones hold noise of about the right length."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    draw, row = random.Random(bits + color), (width * channels * bits + 7) // 8
    rows = b"".join(bytes([draw.randrange(5)]) + draw.randbytes(row) for _ in range(height + 8 * interlace))
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlace))]
    if color == 3:
        parts += [chunk(b"PLTE", draw.randbytes(3 * 2 ** min(bits, 8))), chunk(b"tRNS", draw.randbytes(2))]
    parts += [chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"tEXt", b"Software\0mutate"), chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*parts, chunk(b"IEND", b"")])


def chunks(data):
    place, parts = 8, []
    while place + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        parts.append([kind, bytearray(data[place + 8 : place + 8 + length])])
        place += 12 + length
    return parts


def alter_png(draw, data):
    """Changes of chunks, with right checksums: what is behind them is reached."""
    parts = chunks(data)
    for _ in range(draw.choice([1, 1, 2, 3])):
        place = draw.randrange(len(parts))
        kind, body = parts[place]
        match draw.randrange(7):
            case 0:
                del parts[place]
            case 1:
                parts.insert(draw.randrange(len(parts) + 1), [kind, bytearray(body)])
            case 2:
                parts[place][0] = draw.choice([b"IDAT", b"PLTE", b"tRNS", b"zTXt", b"iCCP", b"sBIT", b"abcd", b"ABCD"])
            case 3:
                header = parts[0][1]
                if len(header) >= 13:
                    field = draw.randrange(7)
                    if field < 2:
                        struct.pack_into(">I", header, 4 * field, draw.choice(EXTREMES) % 2**32)
                    else:
                        header[6 + field] = draw.choice([0, 1, 2, 3, 4, 6, 8, 16, 255])
            case 4 if kind == b"IDAT":
                try:
                    parts[place][1] = bytearray(zlib.compress(alter_bytes(draw, zlib.decompress(bytes(body)))))
                except zlib.error:
                    pass
            case 5:
                # A little that becomes a lot.
                parts.insert(1, [b"zTXt", bytearray(b"a\0\0" + zlib.compress(bytes(draw.choice([10, 10**5, 10**7]))))])
            case _:
                parts[place][1] = bytearray(alter_bytes(draw, body))
        if not parts:
            break
    return data[:8] + b"".join(chunk(kind, bytes(body)) for kind, body in parts)


def alter_csv(draw, data):
    """Changes of cells and lines."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    lines = data.decode(encoding).split("\n")
    separator = next((mark for mark in ("\t", ";", ",") if mark in lines[0]), ",")
    odd = ["", "0x10", "nan", "inf", "-1", "1e400", "1,5", "../a.png", "/etc/passwd", "a\0b", "\u00e9", "e\u0301", '"', "'", "val",
           "test", " ", "\ufeff", "\u202e", "9" * 400, "file", "score", "=1+1", "1\u00a0000"]
    for _ in range(draw.choice([1, 1, 2, 4])):
        place = draw.randrange(len(lines))
        cells = lines[place].split(separator)
        match draw.randrange(8):
            case 0:
                del lines[place]
            case 1:
                lines.insert(draw.randrange(len(lines) + 1), lines[place])
            case 2:
                cells.insert(draw.randrange(len(cells) + 1), draw.choice(odd))
                lines[place] = separator.join(cells)
            case 3:
                del cells[draw.randrange(len(cells))]
                lines[place] = separator.join(cells)
            case 4:
                lines[place] = lines[place].replace(separator, draw.choice([";", ",", "\t", "|"]))
            case _:
                cells[draw.randrange(len(cells))] = draw.choice(odd)
                lines[place] = separator.join(cells)
        if not lines:
            break
    return "\n".join(lines).encode(encoding, "surrogatepass")


def alter_header(draw, data, metadata_only):
    """Changes of the JSON header of a safetensors file: texts of the metadata, or names, types, shapes and offsets."""
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    metadata = header.get("__metadata__", {})
    names = [name for name in header if name != "__metadata__"]
    for _ in range(draw.choice([1, 1, 2, 3])):
        if metadata_only and metadata:
            key = draw.choice(sorted(metadata))
            kind = draw.randrange(6)
            if kind == 0:
                del metadata[key]
            elif kind == 1:
                metadata[draw.choice(sorted(metadata))] = metadata[key]
            else:
                metadata[key] = alter_text(draw, metadata[key])
            continue
        name = draw.choice(names)
        entry = header.get(name)
        if not isinstance(entry, dict):
            continue
        match draw.randrange(7):
            case 0:
                del header[name]
            case 1:
                header[draw.choice(["", "__metadata__", "x", "\u00e9", "e\u0301", name + "2"])] = header.pop(name)
            case 2:
                entry["dtype"] = draw.choice(["F64", "F32", "F16", "BF16", "I64", "BOOL", "F8_E4M3", "f32", 1, None])
            case 3:
                shape = entry.get("shape")
                longer = [*shape, 1] if isinstance(shape, list) else [1, 1]
                entry["shape"] = draw.choice([[], [1], [0], [2**62, 4], [-1], [1.0], "1", longer])
            case 4 | 5:
                offsets = entry.get("data_offsets", [0, 0])
                entry["data_offsets"] = [draw.choice([value, value + 1, value - 4, 0, draw.choice(EXTREMES)]) for value in offsets]
            case 6:
                entry.pop(draw.choice(sorted(entry)), None)
                if not entry:
                    del header[name]
        names = [name for name in header if name != "__metadata__"] or [""]
    text = json.dumps(header).encode()
    if draw.random() < 0.1:
        text = alter_bytes(draw, text)
    return struct.pack("<Q", len(text)) + text + body


def alter_text(draw, text):
    """Numbers and pieces of a text changed: a graph, or JSON."""
    words = text.replace(",", " , ").split(" ")
    for _ in range(draw.choice([1, 1, 2])):
        place = draw.randrange(len(words))
        match draw.randrange(5):
            case 0:
                del words[place]
            case 1:
                words.insert(place, draw.choice(words))
            case 2:
                words[place] = str(draw.choice(EXTREMES))
            case 3:
                digits = [i for i, word in enumerate(words) if any(letter.isdigit() for letter in word)]
                if digits:
                    other = draw.choice(digits)
                    words[other] = "".join(str(draw.randrange(10)) if letter.isdigit() else letter for letter in words[other])
            case 4:
                words[place] = alter_bytes(draw, words[place].encode()).decode("utf-8", "replace")
        if not words:
            break
    return " ".join(words).replace(" , ", ",")


def changed(kind, seed, index, files):
    draw = random.Random(f"{seed}/{kind}/{index}")
    data = draw.choice(files)
    if draw.random() < 0.25:
        return alter_bytes(draw, data)
    match kind:
        case "png":
            return alter_png(draw, data)
        case "csv":
            return alter_csv(draw, data)
        case _:
            return alter_header(draw, data, metadata_only=kind == "checkpoint")


def command(arguments, kind, scratch, path):
    tessera = str(arguments.tessera.resolve())
    match kind:
        case "png":
            return [tessera, "predict", str(scratch / "run"), str(path), "--threads", "1"]
        case "csv":
            return [tessera, "check", str(path.parent)]
        case _:
            return [tessera, "predict", str(path), str(sorted((scratch / "phantoms").glob("*.png"))[0]), "--threads", "1"]


def broken(line):
    """What a command did that none may do; None where it ended in order. Also whether it accepted all."""
    try:
        done = subprocess.run(line, capture_output=True, timeout=SECONDS, preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
        return f"no end in {SECONDS} seconds", False
    if done.returncode < 0 or done.returncode > 100:
        return f"ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}", False
    if done.returncode != 0 and b"error: " not in done.stderr + done.stdout:
        return f"ended with {done.returncode} and without an error", False
    return None, done.returncode == 0


def work(arguments, scratch, folder, ranges):
    from campaign import Result

    result, kind = Result(), arguments.kind
    files = [path.read_bytes() for path in sorted((scratch / "seeds").iterdir())]
    name = {"png": "{}.png", "csv": "labels.csv"}.get(kind, "{}.safetensors")
    if kind == "csv":
        for path in (scratch / "phantoms").glob("*.png"):
            shutil.copy(path, folder)
    for index in (index for indices in ranges for index in indices):
        path = folder / name.format(index)
        path.write_bytes(changed(kind, arguments.seed, index, files))
        found, accepted = broken(command(arguments, kind, scratch, path))
        result.files += 1
        result.accepted += accepted
        if found:
            result.broken.append((index, found))
            if arguments.out:
                arguments.out.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, arguments.out / f"{kind}-{index}-{path.name}")
        path.unlink()
    return result
