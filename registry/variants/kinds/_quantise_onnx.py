"""Run as a process by onnx_int8: a model on standard input, a line of JSON and the quantised model on standard output.

It imports nothing of the portal. No file can be written (a limit of the operating system). The quantiser would infer
shapes by way of a temporary file; here it is given a function that does the same in memory.
"""

import json
import os
import resource
import sys

MOST_MEMORY_BYTES = 8 << 30
MOST_CPU_S = 1700

for _limit, _most in (
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
    (resource.RLIMIT_CPU, MOST_CPU_S),
):
    resource.setrlimit(_limit, (_most, _most))

import onnx  # noqa: E402  the limits come first
from onnxruntime.quantization import base_quantizer, onnx_quantizer  # noqa: E402
from onnxruntime.quantization.quant_utils import QuantizationMode, QuantType, add_infer_metadata  # noqa: E402
from onnxruntime.quantization.registry import IntegerOpsRegistry  # noqa: E402


def in_memory(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its shapes inferred."""
    inferred = onnx.shape_inference.infer_shapes(model)
    add_infer_metadata(inferred)
    return inferred


onnx_quantizer.save_and_reload_model_with_shape_infer = in_memory
base_quantizer.save_and_reload_model_with_shape_infer = in_memory


def quantised(content: bytes) -> tuple[dict[str, object], bytes]:
    """What is said about the result, and the result."""
    model = onnx.ModelProto.FromString(content)
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            return {"refused": "The model keeps its weights in other files; save it as one file."}, b""
    weights = len(model.graph.initializer)
    operators = list(IntegerOpsRegistry)
    quantiser = onnx_quantizer.ONNXQuantizer(
        in_memory(model), False, False, QuantizationMode.IntegerOps, False, QuantType.QInt8, QuantType.QUInt8,
        None, [], [], operators, {"MatMulConstBOnly": True},
    )  # fmt: skip
    quantiser.quantize_model()
    changed = quantiser.model.model
    int8 = sum(1 for tensor in changed.graph.initializer if tensor.data_type == onnx.TensorProto.INT8 and tensor.dims)
    if not int8:
        return {"refused": "The model has no weights that dynamic quantisation could make smaller."}, b""
    return {"converted": int8, "kept": max(weights - int8, 0)}, changed.SerializeToString()


def main() -> None:
    """From standard input to standard output."""
    answer, result = quantised(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(json.dumps(answer).encode() + b"\n")
    out.write(result)
    out.flush()
    os._exit(0)


main()
