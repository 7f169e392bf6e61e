"""Changes of bytes, of any file."""

EXTREMES = [
    0, 1, -1, 2, 3, 7, 8, 31, 32, 64, 127, 128, 255, 256, 65535, 65536, 2**20, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**62,
    2**63 - 1, -(2**63),
]


def alter_bytes(draw, data):
    """Up to four changes at random places: bits, bytes, stretches taken out, doubled, moved or cut off."""
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        if not data:
            break
        place, length = draw.randrange(len(data)), min(draw.choice([1, 1, 2, 4, 8, 32]), len(data))
        match draw.randrange(8):
            case 0 | 1:
                data[place] ^= 1 << draw.randrange(8)
            case 2:
                data[place] = draw.choice([0, 1, 2, 8, 10, 0x7F, 0x80, 0xFF, draw.randrange(256)])
            case 3:
                del data[place : place + length]
            case 4:
                data[place:place] = data[place : place + length]
            case 5:
                data[place:place] = draw.randbytes(length)
            case 6:
                other = draw.randrange(len(data))
                piece = data[other : other + length]
                data[place : place + len(piece)] = piece
            case 7:
                if draw.random() < 0.3:
                    del data[place:]
                else:
                    data[place : place + length] = draw.randbytes(length)
    return bytes(data)


def alter_number(draw, number):
    return draw.choice([number + 1, number - 1, -number, number * 2, draw.choice(EXTREMES), draw.randrange(-3, 9)])
