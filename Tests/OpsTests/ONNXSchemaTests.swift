import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// The rules of the catalogue beside the table of schemas that a script wrote.
@Suite struct ONNXSchemaTests {
    /// Forms that no rule reads: their operands broadcast along a stated axis, or the type is a string.
    private static let unread = [
        "Add": [1, 6], "Cast": [1], "Div": [1, 6], "Gemm": [1, 6], "Less": [1], "Mul": [1, 6], "Pow": [1],
        "PRelu": [1, 6],
        "Sub": [1, 6],
    ]

    private static func problems(_ rules: [String: [ONNXRule]], _ unread: [String: [Int]]) -> [String] {
        var problems: [String] = []
        for name in Set(rules.keys).union(ONNXSchemas.operatorTypes).sorted() {
            let known = ONNXSchemas.versions(of: name).map(\.version)
            let read = (rules[name] ?? []).flatMap(\.versions).sorted()
            problems += Set(read).subtracting(known).sorted().map { "\(name) \($0) is read and there is none" }
            problems += Set(known).subtracting(read).subtracting(unread[name] ?? []).sorted().map {
                "\(name) \($0) is not read"
            }
            problems += Set(read).intersection(unread[name] ?? []).sorted().map { "\(name) \($0) is read after all" }
            problems += zip(read, read.dropFirst()).filter { $0 == $1 }.map { "\(name) \($0.0) is read by two rules" }
        }
        return problems
    }

    @Test func everyVersionOfEveryOperatorIsReadByOneRule() {
        #expect(Self.problems(OpCatalog.standard.onnxRules, Self.unread) == [])
    }

    /// The walk itself finds holes, overlaps and versions that there are not.
    @Test func theWalkFindsWrongVersions() {
        func problems(_ versions: [[Int]]) -> [String] {
            var rules = OpCatalog.standard.onnxRules
            rules["Clip"] = versions.map { ONNXRule("Clip", $0) { _ in [] } }
            return Self.problems(rules, Self.unread)
        }
        #expect(problems([[1, 6], [11, 12, 13]]) == [])
        #expect(problems([[1, 6], [11, 13]]) == ["Clip 12 is not read"])
        #expect(problems([[1, 6, 11], [11, 12, 13]]) == ["Clip 11 is read by two rules"])
        #expect(problems([[1, 6], [11, 12, 13, 14]]) == ["Clip 14 is read and there is none"])
    }

    @Test func aFormHoldsUntilTheNextOne() throws {
        func version(_ operatorSet: Int) -> Int? {
            ONNXSchemas.schema("Clip", operatorSet: operatorSet)?.version
        }
        #expect([5, 6, 10, 11, 12, 13, 28, 29].map(version) == [1, 6, 6, 11, 12, 13, 13, 13])
        #expect(ONNXSchemas.schema("Where", operatorSet: 8) == nil)
        let convolution = try #require(ONNXSchemas.schema("Conv", operatorSet: 17))
        #expect(convolution.inputs.map(\.name) == ["X", "W", "B"])
        #expect(convolution.inputs.map(\.count) == [.one, .one, .optional])
        #expect(convolution.attributes["group"]?.kind == "INT")
    }

    /// Every form of every operator refuses what its schema does not have, whatever the operator.
    @Test(arguments: ONNXSchemas.operatorTypes.flatMap(ONNXSchemas.versions(of:)))
    func signaturesAreChecked(_ schema: ONNXSchema) throws {
        func names(_ parameters: [ONNXSchema.Parameter]) -> [String] {
            parameters.enumerated().map { "v\($0.offset)" }
        }
        let values: [String: ONNXAttribute] = [
            "INT": .int(1), "INTS": .ints([1]), "FLOAT": .float(1), "FLOATS": .floats([1]), "STRING": .string("a"),
            "TENSOR": .tensor(Tensor(scalar: Float(1))),
        ]
        var good = ONNXNode(
            schema.operatorType, name: "n", inputs: names(schema.inputs), outputs: names(schema.outputs))
        for (name, attribute) in schema.attributes where attribute.isRequired {
            good.attributes[name] = values[attribute.kind]!
        }
        try schema.check(good)
        func refuses(_ change: (inout ONNXNode) -> Void) -> Bool {
            var node = good
            change(&node)
            do {
                try schema.check(node)
                return false
            } catch { return (error as? TesseraError)?.found.isEmpty == false }
        }
        #expect(refuses { $0.attributes["no such attribute"] = .int(1) })
        #expect(refuses { $0.outputs = [] })
        if schema.outputs.last?.count != .variadic { #expect(refuses { $0.outputs.append("extra") }) }
        #expect(refuses { $0.outputs[0] = "" })
        if schema.inputs.last?.count != .variadic { #expect(refuses { $0.inputs.append("extra") }) }
        for (index, parameter) in schema.inputs.enumerated() where parameter.count != .optional {
            #expect(refuses { $0.inputs[index] = "" } && refuses { $0.inputs.removeSubrange(index...) })
        }
        for (name, attribute) in schema.attributes {
            for (kind, value) in values where kind != attribute.kind {
                #expect(refuses { $0.attributes[name] = value }, "\(name) as \(kind)")
            }
            #expect(!attribute.isRequired || refuses { $0.attributes[name] = nil })
        }
    }

    @Test func typesOfOneVariableAgree() throws {
        func refusal(_ name: String, _ opset: Int, _ elements: ElementType?...) -> String? {
            let schema = ONNXSchemas.schema(name, operatorSet: opset)!
            let node = ONNXNode(name, name: "n", inputs: elements.map { $0 == nil ? "" : "v" }, outputs: ["y"])
            do {
                try schema.checkElements(elements, of: node)
                return nil
            } catch { return "\(error)" }
        }
        #expect(refusal("Clip", 13, .float32, nil, .float32) == nil)
        #expect(
            refusal("Clip", 13, .float32, .float64)
                == "Clip n: the input 1, min, of type f64; accepted: f32, as the input 0, input")
        #expect(
            refusal("Add", 13, .int8, .int8)
                == "Add n: the input 0, A, of type i8; accepted: f64, f32, f16, bf16, i32, i64, u32, u64 (Add 13)")
        #expect(refusal("Add", 14, .int8, .int8) == nil)
        #expect(refusal("Sum", 13, .float32, .float32, .float16) != nil)
        #expect(refusal("Reshape", 13, .float32, .int32)?.contains("accepted: i64") == true)
        #expect(refusal("BatchNormalization", 15, .float16, .float32, .float32, .float32, .float32) == nil)
        #expect(refusal("BatchNormalization", 14, .float16, .float32, .float32, .float32, .float32) != nil)
    }
}
