"""Tessera and ONNX Runtime, each in a process of its own that may end, hang or need too much memory."""
import json
import multiprocessing
import os
import resource
import select
import subprocess
import time

import numpy
import onnx
from onnx import numpy_helper

SECONDS = 10
MEMORY = 2 << 30


class Died(Exception):
    """The process ended, or gave no answer in time."""


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Tessera:
    """`tessera batch`, with many requests on their way at once."""

    def __init__(self, program, errors):
        self.program, self.errors = program, errors
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "batch", "--threads", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            preexec_fn=limit_memory,
        )
        self.rest = b""

    def send(self, requests):
        """Begins requests: (id, model, folder of inputs, folder of outputs)."""
        if self.process is None:
            self.start()
        lines = [
            json.dumps({"id": key, "model": str(model), "input_dir": str(source), "output_dir": str(target)})
            for key, model, source, target in requests
        ]
        try:
            self.process.stdin.write(("\n".join(lines) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # The answer that is missing tells.

    def answer(self):
        """The next answer; throws Died where none comes, and the next request starts a new process."""
        deadline = time.monotonic() + SECONDS
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.stop()
                raise Died(f"no answer in {SECONDS} seconds")
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                status = self.process.wait()
                self.process = None
                raise Died(f"the process ended with {status}")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def read_outputs(folder, count):
    """Arrays of output_0.pb …"""
    arrays = []
    for index in range(count):
        tensor = onnx.TensorProto.FromString((folder / f"output_{index}.pb").read_bytes())
        arrays.append(numpy_helper.to_array(tensor))
    return arrays


class Runtime:
    """ONNX Runtime without optimisations: one file at a time."""

    def __init__(self):
        self.process = None

    def start(self):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=serve, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def run(self, model, arrays):
        """("ok", arrays) or ("error", message); throws Died where the process ends or hangs."""
        if self.process is None:
            self.start()
        try:
            self.pipe.send((model, arrays))
            if not self.pipe.poll(SECONDS):
                self.stop()
                raise Died(f"no answer in {SECONDS} seconds")
            return self.pipe.recv()
        except (EOFError, ConnectionError) as error:
            self.stop()
            raise Died("the process ended") from error

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def serve(pipe):
    import onnxruntime

    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It may print what it likes.
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    while True:
        try:
            model, arrays = pipe.recv()
        except EOFError:
            return
        try:
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            names = [entry.name for entry in session.get_inputs()]
            if len(names) != len(arrays):
                raise ValueError(f"{len(arrays)} arrays for {len(names)} inputs")
            values = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) if array.dtype.kind in "iufb" else array
                      for name, array in zip(names, arrays)}
            results = session.run_with_ort_values(None, values)
            answer = "ok", [value.numpy() for value in results]
        except Exception as error:
            answer = "error", str(error) or type(error).__name__
        try:
            pipe.send(answer)
        except (BrokenPipeError, ConnectionError):
            return
