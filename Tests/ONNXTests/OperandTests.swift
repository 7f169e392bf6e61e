import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Constant operands that are not what their operator takes: refused with node, operand, what was found and what is
/// accepted. ONNX Runtime refuses them too, but for what is said otherwise.
@Suite struct OperandTests {
    private func floats(_ numbers: [Float], _ shape: [Int]) -> Tensor { Tensor(numbers, shape: shape) }

    /// The refusal of y = operator(x, c) at x [2, 3].
    private func refusal(
        _ type: String, _ constants: Tensor?..., x: [Dimension?] = [2, 3], opset: Int64 = 17,
        attributes: [String: ONNXAttribute] = [:]
    ) -> TesseraError? {
        let names = constants.indices.map { constants[$0] == nil ? "" : "c\($0)" }
        let values = zip(names, constants).compactMap { name, tensor in tensor.map { (name, $0) } }
        return failure(
            model(
                [node(type, ["x"] + names, "y", attributes)], Dictionary(uniqueKeysWithValues: values), opset: opset
            ).with(x: x))
    }

    private func expect(
        _ error: TesseraError?, _ found: String, _ accepted: String, at place: SourceLocation = #_sourceLocation
    ) {
        #expect(error?.location.hasSuffix("n_y") == true, "\(String(describing: error))", sourceLocation: place)
        #expect(error?.found.contains(found) == true, "\(String(describing: error))", sourceLocation: place)
        #expect(error?.accepted.contains(accepted) == true, "\(String(describing: error))", sourceLocation: place)
    }

    @Test func boundsOfClipAreScalars() {
        expect(refusal("Clip", floats([0, 1, 2], [3])), "input 1, c0, of type f32[3]", "a scalar")
        expect(refusal("Clip", nil, floats([0, 1], [2])), "input 2, c1, of type f32[2]", "a scalar")
        expect(refusal("Clip", floats([], [0])), "input 1, c0, of type f32[0]", "a scalar")
        expect(refusal("Clip", floats([0], [1, 1])), "f32[1,1]", "a scalar")
        expect(refusal("Clip", Tensor(scalar: 1.5)), "the input 1, min, of type f64", "f32, as the input 0")
        #expect(refusal("Clip", floats([0], [1])) == nil && refusal("Clip", Tensor(scalar: Float(0)), nil) == nil)
    }

    @Test func operandsOfDropoutAreScalars() {
        expect(refusal("Dropout", floats([0.1, 0.2], [2])), "input 1, c0, of type f32[2]", "a scalar")
        expect(refusal("Dropout", nil, Tensor([false, true], shape: [2])), "input 2, c1", "a scalar")
        expect(refusal("Dropout", nil, Tensor([false], shape: [1, 1])), "bool[1,1]", "a scalar")
        #expect(refusal("Dropout", Tensor(scalar: Float(0.5)), Tensor([false], shape: [])) == nil)
    }

    @Test func theAddendOfGemmDoesNotEnlargeTheResult() {
        func gemm(_ c: Tensor, x: [Dimension?] = [1, 3]) -> TesseraError? {
            refusal("Gemm", floats(Array(repeating: 1, count: 12), [3, 4]), c, x: x)
        }
        expect(gemm(floats(Array(repeating: 1, count: 12), [3, 4])), "input 2, c1, of type f32[3,4]", "[1,4]")
        expect(gemm(floats([1, 1, 1, 1], [1, 1, 4])), "f32[1,1,4]", "what broadcasts to the result [1,4]")
        expect(gemm(floats([1, 1], [2])), "f32[2]", "[1,4]")
        expect(gemm(floats([1, 1], [2, 1]), x: ["N", 3]), "f32[2,1]", "[N,4]")
        for shape in [[], [1], [4], [1, 1], [1, 4]] {
            #expect(gemm(floats(Array(repeating: 1, count: shape.reduce(1, *)), shape)) == nil, "\(shape)")
        }
    }

    @Test func shapesAndAxesAreVectors() {
        let matrix = Tensor([3, 2] as [Int64], shape: [1, 2]), scalar = Tensor(scalar: Int64(0))
        for type in ["Reshape", "Expand", "Unsqueeze", "Squeeze", "ReduceSum"] {
            expect(refusal(type, matrix), "input 1, c0, of type i64[1,2]", "a vector")
        }
        for type in ["Reshape", "Expand", "Squeeze", "ReduceSum"] {
            expect(refusal(type, scalar), "input 1, c0, of type i64[]", "a vector")
        }
        expect(refusal("ReduceMean", scalar, opset: 18), "input 1, c0, of type i64[]", "a vector")
        #expect(refusal("Unsqueeze", scalar) == nil, "runtimes take a scalar here")
        expect(refusal("Slice", matrix, matrix), "input 1, c0, of type i64[1,2]", "a vector")
        expect(refusal("Slice", integers(0), scalar), "input 2, c1, of type i64[]", "a vector")
        expect(refusal("Slice", integers(0), integers(1), matrix), "input 3, c2", "a vector")
        expect(refusal("Slice", integers(0), integers(1), nil, matrix), "input 4, c3", "a vector")
        expect(refusal("Slice", integers(0), integers(1, 2)), "different lengths", "one of each an axis")
        expect(refusal("Reshape", Tensor([3, 2] as [Int32], shape: [2])), "of type i32", "i64")
    }

    /// ONNX Runtime counts them once in some operators.
    @Test func axesStandOnce() {
        for axes in [integers(0, 0), integers(0, -3)] {
            expect(refusal("Squeeze", axes, x: [1, 1, 2]), "the axes", "every axis once")
            expect(refusal("ReduceSum", axes, x: [1, 1, 2]), "the axes", "every axis once")
            expect(refusal("ReduceMean", axes, x: [1, 1, 2], opset: 18), "the axes", "every axis once")
        }
        expect(refusal("ReduceMean", attributes: ["axes": .ints([1, 1])]), "the axes [1, 1]", "every axis once")
        expect(refusal("Unsqueeze", integers(1, -3)), "the axes [1, -3]", "every axis once")
        expect(
            refusal("Slice", integers(0, 0), integers(1, 1), integers(1, -1)), "the axes [1, -1]", "every axis once")
        expect(refusal("Transpose", attributes: ["perm": .ints([0, 0])]), "permutation", "every axis once")
        expect(refusal("Transpose", attributes: ["perm": .ints([])]), "an empty perm", "every axis once")
        expect(refusal("Squeeze", integers(), x: [1, 2]), "an empty list of axes", "axes, or no list")
        expect(refusal("ReduceSum", integers(2)), "the axis 2 of a tensor of rank 2", "-2 to 1")
        expect(refusal("Flatten", opset: 9, attributes: ["axis": .int(-1)]), "axis -1 at opset 9", "0 to 2")
    }

    @Test func flagsAreZeroOrOne() {
        for number in [7, 2, -1] as [Int64] {
            for (type, name, x) in [
                ("ReduceMean", "keepdims", [2, 3]), ("MaxPool", "ceil_mode", [1, 1, 4, 4]),
                ("MaxPool", "storage_order", [1, 1, 4, 4]), ("AveragePool", "count_include_pad", [1, 1, 4, 4]),
            ] as [(String, String, [Dimension?])] {
                var attributes: [String: ONNXAttribute] = [name: .int(number)]
                if type.hasSuffix("Pool") { attributes["kernel_shape"] = .ints([2, 2]) }
                expect(refusal(type, x: x, attributes: attributes), "the attribute \(name) \(number)", "0 or 1")
            }
            let one = floats([1, 1, 1], [3]), weight = floats(Array(repeating: 1, count: 9), [3, 3])
            expect(
                refusal("BatchNormalization", one, one, one, one, opset: 7, attributes: ["spatial": .int(number)]),
                "spatial \(number)", "0 or 1")
            expect(refusal("Gemm", weight, attributes: ["transB": .int(number)]), "transB \(number)", "0 or 1")
        }
    }

    @Test func numbersHaveTheirKind() {
        let one = floats([1, 1, 1], [3])
        expect(
            refusal("BatchNormalization", one, one, one, one, attributes: ["epsilon": .int(1)]),
            "the attribute epsilon, which is an integer", "a floating-point number (BatchNormalization 15)")
        expect(refusal("Concat", attributes: ["axis": .float(1)]), "the attribute axis", "an integer")
        expect(refusal("Transpose", attributes: ["perm": .int(1)]), "the attribute perm", "a list of integers")
        expect(refusal("Cast", attributes: ["to": .string("FLOAT")]), "the attribute to", "an integer")
        expect(refusal("Relu", attributes: ["alpha": .reference("beta")]), "the attribute alpha", "no attributes")
    }

    @Test func anOldReshapeHasAShape() { expect(refusal("Reshape", opset: 1), "no shape", "the attribute shape") }

    /// Opset 8 brought broadcasting.
    @Test func operandsOfAnOldSumHaveOneShape() {
        expect(refusal("Sum", floats([1, 2, 3], [3]), opset: 6), "input 1, c0, of type f32[3]", "input 0, f32[2,3]")
        #expect(refusal("Sum", floats([1, 2, 3], [3]), opset: 8) == nil)
    }

    @Test func padsStandAloneOrNotAtAll() {
        let weight = floats(Array(repeating: 1, count: 9), [1, 1, 3, 3])
        for mode in ["SAME_UPPER", "SAME_LOWER", "VALID"] {
            for pads in [[1, 1, 1, 1], [0, 0, 0, 0]] as [[Int64]] {
                let both: [String: ONNXAttribute] = ["auto_pad": .string(mode), "pads": .ints(pads)]
                expect(
                    refusal("Conv", weight, x: [1, 1, 4, 4], attributes: both), "pads beside auto_pad", "one of them")
                for type in ["MaxPool", "AveragePool"] {
                    expect(
                        refusal(
                            type, x: [1, 1, 4, 4],
                            attributes: both.merging(["kernel_shape": .ints([3, 3])]) { $1 }), "pads beside", "one")
                }
            }
        }
        let none: [String: ONNXAttribute] = ["auto_pad": .string("NOTSET"), "pads": .ints([1, 1, 1, 1])]
        #expect(refusal("Conv", weight, x: [1, 1, 4, 4], attributes: none) == nil)
    }

    /// The place is said once.
    @Test func errorsOfOpsNameTheNode() {
        #expect(
            refusal("Concat", floats([1, 2], [2]), attributes: ["axis": .int(0)])?.location == "m: Concat n_y")
        var unnamed = model([ONNXNode("Clip", inputs: ["x"], outputs: ["y"])]).with(x: [2], element: .int32)
        #expect(failure(unnamed)?.location == "m: Clip y")
        unnamed.graph.nodes[0].name = "clip"
        #expect(failure(unnamed)?.location == "m: Clip clip")
    }
}
