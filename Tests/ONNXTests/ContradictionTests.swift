import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Files that say two things at once: refused where runtimes refuse, a note where they go on.
@Suite struct ContradictionTests {
    private let pair = Tensor([2, 3] as [Float], shape: [2])

    private func notes(_ model: ONNXModel) throws -> [String] { try ONNXImporter.read(model, name: "m").notes }

    // MARK: Versions

    @Test func aModelNamesAnOperatorSetThatThereCanBe() {
        var model = reluModel()
        for version in [0, -1, 1001, .max] as [Int64] {
            model.operatorSets = ["": version]
            let error = failure(model)
            #expect(error?.found == "version \(version) of ai.onnx" && error?.accepted == "one from 1 to 28")
        }
        for sets in [[:], ["com.example": 1]] as [[String: Int64]] {
            model.operatorSets = sets
            #expect(failure(model)?.found == "no version of ai.onnx")
        }
        model.graph.nodes[0].domain = "com.example"
        #expect(failure(model)?.found == "com.example.Relu (1 node)")
        model = reluModel()
        for version in [0, -1, .max] as [Int64] {
            model.irVersion = version
            #expect(failure(model)?.location == "m: ir_version")
        }
    }

    /// Operators keep their newest known form, which is said.
    @Test func newerOperatorSetsAreReadWithANote() throws {
        var model = reluModel()
        model.operatorSets = ["": 28]
        #expect(try notes(model) == [])
        model.operatorSets = ["": 29]
        #expect(try notes(model) == ["opset 29 is newer than 28, the newest known: operators are read as in 28"])
        model.irVersion = 15
        #expect(try notes(model).contains("IR version 15 is newer than 14, the newest known"))
        model.graph.nodes[0].attributes["new"] = .int(1)
        #expect(failure(model)?.accepted == "no attributes (Relu 14)")
    }

    @Test func operatorsAreNotOlderThanTheyAre() {
        let condition = Tensor([true, false], shape: [2])
        func whereAt(_ opset: Int64) -> TesseraError? {
            failure(model([node("Where", ["c", "x", "x"], "y")], ["c": condition], opset: opset))
        }
        #expect(whereAt(9) == nil)
        #expect(whereAt(8)?.found == "Where of opset 8 (1 node)")
        #expect(failure(model([node("Expand", ["x", "s"], "y")], ["s": integers(2)], opset: 7))?.kind == .unsupported)
    }

    // MARK: Nodes

    @Test func aModelHasAnOutput() {
        var model = reluModel()
        model.graph.outputs = []
        #expect(failure(model)?.found == "no outputs")
    }

    @Test func aConstantHasOneValueAndOneOutput() {
        func refusal(_ attributes: [String: ONNXAttribute], _ outputs: String...) -> TesseraError? {
            failure(
                model([
                    ONNXNode("Constant", name: "k", inputs: [], outputs: outputs, attributes: attributes),
                    node("Add", ["x", "c"], "y"),
                ]))
        }
        #expect(refusal(["value": .tensor(pair)], "c") == nil && refusal(["value_float": .float(1)], "c") == nil)
        #expect(
            refusal(["value": .tensor(pair), "value_float": .float(1)], "c")?.found == "the values value, value_float")
        #expect(
            refusal(["value_float": .float(1), "value_floats": .floats([1])], "c")?.found.contains("values") == true)
        #expect(refusal([:], "c")?.found == "no value")
        #expect(refusal(["value": .tensor(pair), "name": .int(1)], "c")?.found == "the attribute name")
        #expect(refusal(["value": .tensor(pair)], "c", "d")?.found == "the output 1, d")
        #expect(refusal(["value": .tensor(pair)], "c", "")?.found == "the output 1, without a name")
        #expect(refusal(["value": .float(1)], "c")?.accepted == "a tensor (Constant 13)")
    }

    /// PyTorch wrote them in opsets 7 to 9.
    @Test func outputsThatNobodyReadsStopNothing() throws {
        func dropout(_ reader: [ONNXNode], opset: Int64) -> ONNXModel {
            model([ONNXNode("Dropout", name: "d", inputs: ["x"], outputs: ["y", "mask"])] + reader, opset: opset)
        }
        for opset in [7, 10, 13] as [Int64] { #expect(failure(dropout([], opset: opset)) == nil) }
        let error = failure(dropout([ONNXNode("Not", name: "n", inputs: ["mask"], outputs: ["z"])], opset: 13))
        #expect(error?.found == "Not of opset 13 (1 node)")
        let reading = failure(
            dropout(
                [ONNXNode("Cast", name: "n", inputs: ["mask"], outputs: ["z"], attributes: ["to": .int(1)])],
                opset: 13))
        #expect(reading?.location == "m: Cast n" && reading?.kind == .unsupported)
        #expect(reading?.found == "the value mask, which is output 1 of Dropout d, mask")
        var pool = model([
            ONNXNode(
                "MaxPool", name: "p", inputs: ["x"], outputs: ["y", "where"],
                attributes: ["kernel_shape": .ints([2, 2])])
        ]).with(x: [1, 1, 4, 4])
        #expect(failure(pool) == nil)
        pool.graph.outputs.append(ONNXValueInfo(name: "where", element: .int64, dimensions: nil))
        #expect(failure(pool)?.found == "the value where, which is output 1 of MaxPool p, Indices")
    }

    @Test func normsThatDoNotTrainHaveOneOutput() {
        let norm = ONNXNode(
            "BatchNormalization", name: "n", inputs: ["x", "w", "w", "w", "w"], outputs: ["y", "mean", "variance"])
        #expect(
            failure(model([norm], ["w": pair], opset: 15).with(x: ["N", 2]))?.found
                == "3 outputs with training_mode 0")
    }

    // MARK: Declarations

    @Test func declaredElementTypesAreKept() {
        var wrong = reluModel()
        wrong.graph.outputs[0].element = .float64
        #expect(failure(wrong)?.location == "m: output y")
        #expect(failure(wrong)?.found == "a value of type f32[2]")
        wrong = model([node("Relu", ["x"], "h"), node("Relu", ["h"], "y")])
        wrong.graph.valueInfos = [ONNXValueInfo(name: "h", element: .int64, dimensions: nil)]
        #expect(failure(wrong)?.location == "m: value h")
    }

    @Test func declaredShapesThatAreNotSoAreNoted() throws {
        var wrong = model([node("Relu", ["x"], "h"), node("Relu", ["h"], "y")])
        for dimensions in [[3], [1, 2], []] as [[Dimension?]] {
            wrong.graph.outputs[0].dimensions = dimensions
            let declared = wrong.graph.outputs[0].description
            #expect(try notes(wrong) == ["the file declares y as \(declared), is f32[2]"])
        }
        wrong.graph.valueInfos = [ONNXValueInfo(name: "h", element: .float32, dimensions: [5])]
        #expect(try notes(wrong) == ["the file declares h as f32[5], is f32[2]; 1 more are not as they are declared"])
        wrong.graph.valueInfos = []
        wrong.graph.outputs[0].dimensions = [.named("M")]
        #expect(try notes(wrong) == [])
    }

    @Test func initialisersAreWhatTheirInputsAreDeclaredToBe() {
        func declared(_ element: ElementType, _ dimensions: [Dimension?]) -> TesseraError? {
            var model = model([node("Add", ["x", "w"], "y")], ["w": pair])
            model.graph.inputs.append(ONNXValueInfo(name: "w", element: element, dimensions: dimensions))
            return failure(model)
        }
        #expect(declared(.float32, [2]) == nil && declared(.float32, ["N"]) == nil)
        #expect(declared(.float32, [3])?.location == "m: initialiser w")
        #expect(declared(.float64, [2])?.found == "a tensor f32[2]")
    }

    @Test func initialisersOfOneNameAreNamed() {
        var twice = model([node("Add", ["x", "w"], "y")], ["v": pair, "w": pair])
        twice.graph.initializers.append(twice.graph.initializers[1])
        #expect(failure(twice)?.location == "m: initialiser w")
    }

    @Test func aNameStandsForOneNumber() throws {
        var sum = model([node("Concat", ["x", "z"], "y", ["axis": .int(0)])]).with(x: ["N"])
        sum.graph.inputs.append(ONNXValueInfo(name: "z", element: .float32, dimensions: ["N"]))
        var options = ImportOptions()
        options.inputShapes["x"] = [2]
        options.constantInputs["z"] = Tensor([1, 2, 3] as [Float], shape: [3])
        let error = failure(sum, options)
        #expect(error?.location == "m: input z" && error?.accepted == "2 for N, as at input x")
        options.constantInputs["z"] = pair
        #expect(failure(sum, options) == nil)
        sum.graph.inputs[1].dimensions = ["M"]
        options.constantInputs["z"] = Tensor([1, 2, 3] as [Float], shape: [3])
        #expect(failure(sum, options) == nil)
        // A declared result of another number is a note.
        var double = model([node("Concat", ["x", "x"], "y", ["axis": .int(0)])]).with(x: ["N"])
        double.graph.outputs[0].dimensions = ["N"]
        options = ImportOptions()
        options.inputShapes["x"] = [2]
        let noted = try ONNXImporter.read(double, name: "m", options: options)
        #expect(noted.notes == ["the file declares y as ?[2], is f32[4]"])
        let square = model([node("Relu", ["x"], "y")]).with(x: ["N", "N"])
        options = ImportOptions()
        options.inputShapes["x"] = [2, 3]
        #expect(failure(square, options)?.accepted == "2 for N, as at input x")
    }

    /// AttributeProto: name 1, f 2, i 3, ints 8, type 20 (2: INT), in NodeProto.attribute 5.
    @Test func anAttributeHasOneValue() throws {
        func error(_ fields: [UInt8]) -> String {
            let attribute = Wire.text(1, "axis") + Wire.varint(20, 2) + fields
            let node = Wire.text(4, "Flatten") + Wire.message(5, attribute)
            do {
                _ = try ONNXFile.model(Wire.message(7, Wire.message(1, node)), name: "file")
                return ""
            } catch { return "\(error)" }
        }
        let number: [UInt8] = [2 << 3 | 5, 0, 0, 128, 63]
        #expect(error(Wire.varint(3, 1)) == "")
        #expect(error(Wire.varint(3, 1) + number).contains("attribute axis: a value in the field f too"))
        #expect(error(Wire.varint(3, 1) + Wire.varint(8, 1)).contains("a value in the field ints too"))
    }

    @Test func callsOfFunctionsHaveTheFunctionsAttributes() {
        var calling = model([
            ONNXNode("Own", domain: "own", name: "n", inputs: ["x"], outputs: ["y"], attributes: ["by": .int(1)])
        ])
        calling.operatorSets["own"] = 1
        calling.functions = [
            ONNXFunction(
                domain: "own", name: "Own", inputs: ["a"], outputs: ["b"], operatorSets: ["": 17],
                nodes: [ONNXNode("Relu", inputs: ["a"], outputs: ["b"])])
        ]
        #expect(failure(calling)?.found == "the attribute by" && failure(calling)?.accepted == "no attributes")
        calling.functions[0].attributes = ["by"]
        #expect(failure(calling) == nil)
    }

    @Test func outputsHaveNamesOfTheirOwn() {
        var twice = reluModel()
        twice.graph.outputs += twice.graph.outputs
        #expect(failure(twice)?.location == "m: output y")
    }

    /// TensorProto: dims 1, data_type 2, float_data 4, int32_data 5, name 8, raw_data 9.
    @Test func aTensorHasItsNumbersInOnePlace() {
        func error(_ fields: [UInt8]) -> String {
            let tensor = Wire.varint(1, 1) + Wire.varint(2, 1) + Wire.text(8, "w") + fields
            do {
                _ = try ONNXFile.model(Wire.message(7, Wire.message(5, tensor)), name: "file")
                return ""
            } catch { return "\(error)" }
        }
        let one = withUnsafeBytes(of: Float(1).bitPattern.littleEndian) { Array($0) }
        #expect(error(Wire.message(9, one)) == "" && error(Wire.message(4, one)) == "")
        #expect(error(Wire.message(9, one) + Wire.message(4, one)).contains("raw_data and float_data at once"))
        #expect(error(Wire.message(4, one) + Wire.message(5, [1])).contains("float_data and int32_data at once"))
        #expect(error(Wire.message(9, one) + Wire.message(5, [1])).contains("initializer w"))
    }

    // MARK: Long files

    /// The error names a dozen operators and the ways out.
    @Test func manyUnsupportedOperatorsAreAShortError() throws {
        let names = (0..<40).map { "Strange\($0)" }
        let error = try #require(
            failure(model(names.map { ONNXNode($0, name: $0, inputs: ["x"], outputs: ["\($0)/y"]) })))
        #expect(error.kind == .unsupported && error.found.hasSuffix("Strange11 of opset 17 (1 node) and 28 more"))
        #expect(error.accepted.contains("--cut NODE") && error.accepted.contains("docs/onnx-support.md"))
        #expect(error.description.count < 1000)
    }
}
