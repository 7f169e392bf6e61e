"""Writes Tests/Golden/SafetensorsHeaders/headers.json: headers made to mislead, and whether the reference reader takes each file.

    python -m venv reference && reference/bin/pip install safetensors==0.8.0 numpy
    reference/bin/python Tests/Interop/safetensors_headers.py
"""
import json
import pathlib
import struct

from safetensors.numpy import load

OUT = pathlib.Path(__file__).resolve().parents[1] / "Golden/SafetensorsHeaders/headers.json"


def entry(kind="F32", shape="[1]", offsets="[0,4]"):
    return f'{{"dtype":"{kind}","shape":{shape},"data_offsets":{offsets}}}'


CASES = {
    'one': ('{"a":%s}'%entry(),4),
    'empty': ('{}',0),
    'duplicate': ('{"a":%s,"a":%s}'%(entry(),entry()),4),
    'duplicate of other data': ('{"a":%s,"a":%s}'%(entry(),entry(offsets='[4,8]')),8),
    'bom': ('\ufeff{"a":%s}'%entry(),4),
    'utf16': (('{"a":%s}'%entry()).encode('utf-16'),4),
    'utf16le': (('{"a":%s}'%entry()).encode('utf-16-le'),4),
    'float shape': ('{"a":%s}'%entry(shape='[1.0]'),4),
    'exp shape': ('{"a":%s}'%entry(shape='[1e0]'),4),
    'neg shape': ('{"a":%s}'%entry(shape='[-1]'),4),
    'neg zero': ('{"a":%s}'%entry(shape='[-0]', offsets='[0,0]'),0),
    'leading zero': ('{"a":%s}'%entry(shape='[01]'),4),
    'string shape': ('{"a":%s}'%entry(shape='["1"]'),4),
    'null shape': ('{"a":%s}'%entry(shape='null'),4),
    'bool shape': ('{"a":%s}'%entry(shape='[true]'),4),
    'duplicate __metadata__': ('{"__metadata__":{},"__metadata__":{},"a":%s}'%entry(),4),
    'duplicate metadata key': ('{"__metadata__":{"k":"1","k":"2"},"a":%s}'%entry(),4),
    'meta null': ('{"__metadata__":null,"a":%s}'%entry(),4),
    'meta number': ('{"__metadata__":{"k":1},"a":%s}'%entry(),4),
    'meta array': ('{"__metadata__":["k"],"a":%s}'%entry(),4),
    'gap': ('{"a":%s}'%entry(offsets='[4,8]'),8),
    'gap2': ('{"a":%s,"b":%s}'%(entry(),entry(offsets='[8,12]')),12),
    'overlap': ('{"a":%s,"b":%s}'%(entry(),entry(offsets='[0,4]')),4),
    'overlap2': ('{"a":%s,"b":%s}'%(entry(shape='[2]', offsets='[0,8]'),entry(offsets='[4,8]')),8),
    'unsorted': ('{"a":%s,"b":%s}'%(entry(offsets='[4,8]'),entry()),8),
    'reversed': ('{"a":%s}'%entry(offsets='[4,0]'),4),
    'short': ('{"a":%s}'%entry(shape='[2]'),4),
    'extra data': ('{"a":%s}'%entry(),8),
    'beyond': ('{"a":%s}'%entry(),2),
    'duplicate dtype': ('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}',4),
    'unknown key': ('{"a":{"dtype":"F32","x":[1,{"y":null}],"shape":[1],"data_offsets":[0,4]}}',4),
    'duplicate unknown key': ('{"a":{"dtype":"F32","x":1,"x":2,"shape":[1],"data_offsets":[0,4]}}',4),
    'no dtype': ('{"a":{"shape":[1],"data_offsets":[0,4]}}',4),
    'entry array': ('{"a":["F32",[1],[0,4]]}',4),
    'entry null': ('{"a":null}',0),
    'dtype lower': ('{"a":%s}'%entry(kind='f32'),4),
    'dtype F8': ('{"a":%s}'%entry(kind='F8_E5M2', offsets='[0,1]'),1),
    'offsets three': ('{"a":%s}'%entry(offsets='[0,4,4]'),4),
    'offsets one': ('{"a":%s}'%entry(offsets='[4]'),4),
    'offset float': ('{"a":%s}'%entry(offsets='[0,4.0]'),4),
    'trailing space': ('{"a":%s}   '%entry(),4),
    'trailing nl': ('{"a":%s}\n\t\r'%entry(),4),
    'trailing nul': ('{"a":%s}\0'%entry(),4),
    'trailing junk': ('{"a":%s} x'%entry(),4),
    'leading space': ('  {"a":%s}'%entry(),4),
    'trailing comma': ('{"a":%s,}'%entry(),4),
    'comment': ('{"a":%s/*x*/}'%entry(),4),
    'single quote': ("{'a':%s}"%entry(),4),
    'array top': ('[]',0),
    'empty header': ('',0),
    'null top': ('null',0),
    'nan': ('{"a":{"dtype":"F32","x":NaN,"shape":[1],"data_offsets":[0,4]}}',4),
    'inf': ('{"a":{"dtype":"F32","x":Infinity,"shape":[1],"data_offsets":[0,4]}}',4),
    '1e999': ('{"a":{"dtype":"F32","x":1e999,"shape":[1],"data_offsets":[0,4]}}',4),
    'control char': ('{"a\nb":%s}'%entry(),4),
    'del char': ('{"a\x7fb":%s}'%entry(),4),
    'escape': ('{"\\u0061":%s}'%entry(),4),
    'escaped duplicate': ('{"\\u0061":%s,"a":%s}'%(entry(),entry(offsets='[4,8]')),8),
    'lone surrogate': ('{"\\ud800":%s}'%entry(),4),
    'low surrogate': ('{"\\udc00":%s}'%entry(),4),
    'pair': ('{"\\ud83d\\ude00":%s}'%entry(),4),
    'bad escape': ('{"\\x61":%s}'%entry(),4),
    'slash': ('{"a\\/b":%s}'%entry(),4),
    'nul escape': ('{"a\\u0000b":%s}'%entry(),4),
    'invalid utf8': (b'{"a\xff":'+entry().encode()+b'}',4),
    'overlong utf8': (b'{"a\xc0\x80":'+entry().encode()+b'}',4),
    'surrogate utf8': (b'{"a\xed\xa0\x80":'+entry().encode()+b'}',4),
    'nfc nfd': ('{"w\u00e9":%s,"we\u0301":%s}'%(entry(),entry(offsets='[4,8]')),8),
    'empty name': ('{"":%s}'%entry(),4),
    'overflow shape': ('{"a":%s}'%entry(shape='[9223372036854775807,4]'),4),
    'overflow zero': ('{"a":%s}'%entry(shape='[9223372036854775807,4,0]', offsets='[0,0]'),0),
    'zero first': ('{"a":%s}'%entry(shape='[0,9223372036854775807,4]', offsets='[0,0]'),0),
    'u64': ('{"a":%s}'%entry(shape='[18446744073709551615,0]', offsets='[0,0]'),0),
    '2^64': ('{"a":%s}'%entry(shape='[18446744073709551616,0]', offsets='[0,0]'),0),
    'scalar': ('{"a":%s}'%entry(shape='[]'),4),
    'zero size': ('{"a":%s,"b":%s}'%(entry(shape='[0]', offsets='[0,0]'),entry()),4),
    'zero size mid': ('{"a":%s,"b":%s}'%(entry(shape='[0]', offsets='[2,2]'),entry()),4),
    'deep': ('{"a":{"dtype":"F32","x":'+'['*200+']'*200+',"shape":[1],"data_offsets":[0,4]}}',4),
    'deep100': ('{"a":{"dtype":"F32","x":'+'['*100+']'*100+',"shape":[1],"data_offsets":[0,4]}}',4),
    'unclosed': ('{"a":%s'%entry(),4),
    'missing colon': ('{"a" %s}'%entry(),4),
    'two values': ('{"a":%s}{}'%entry(),4),
    'bool': ('{"a":%s}'%entry(kind='BOOL', offsets='[0,1]'),1),
    'meta only': ('{"__metadata__":{"k":"v"}}',0),
}


def file(header, data):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + bytes(data)


def is_accepted(data):
    try:
        load(data)
        return True
    except Exception:
        return False


def main():
    files = {name: file(*case) for name, case in CASES.items()}
    files |= {
        "no bytes": b"",
        "seven bytes": bytes(7),
        "length 2^62": struct.pack("<Q", 1 << 62),
        "length beyond the limit": struct.pack("<Q", 100_000_001) + b"{}",
        "length 2^64 - 1": b"\xff" * 8 + b"{}",
    }
    cases = [{"name": name, "file": data.hex(), "accepted": is_accepted(data)} for name, data in files.items()]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
