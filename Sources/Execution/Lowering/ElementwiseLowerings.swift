import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// What every element-wise lowering shares: it follows the layout of its largest operand.
protocol ElementwiseLowerable: Lowerable {
    /// Whether the kernel takes and gives these element types.
    func takes(_ inputs: [TensorType], _ outputs: [TensorType]) -> Bool
    func kernel(_ table: KernelTable) -> ElementKernel
}

extension ElementwiseLowerable {
    func takes(_ inputs: [TensorType], _ outputs: [TensorType]) -> Bool { areFloat32(inputs + outputs) }

    /// Channels-last where an image of the output's shape is, and the others can be walked so; else dense.
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard takes(inputs, outputs), let output = outputs[0].shape, inputs.allSatisfy({ $0.shape != nil }) else {
            return nil
        }
        let prefersChannelsLast =
            output.count == 4 && zip(inputs, given).contains { $0.shape == output && $1 == .channelsLast }
        for layout in prefersChannelsLast ? [Layout.channelsLast, .dense] : [.dense] {
            guard BroadcastWalk(output: output, operands: inputs.map { $0.shape! }, layout: layout) != nil else {
                continue
            }
            return LayoutChoice(
                inputs: inputs.map { $0.rank == 4 ? layout : .dense },
                outputs: outputs.map { $0.rank == 4 ? layout : .dense })
        }
        return nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let name = "elementwise \(request.node.op.mnemonic)", kernel = kernel(request.kernels)
        if let images = ElementwiseStage(request, kernel) { return .stage(images.stage(name, request)) }
        return .step(BroadcastWalk(request)!.step(name, request, kernel))
    }
}

/// An op that the kernel of its name in `elementwise.def` computes, one line for each.
struct NamedElementwise: ElementwiseLowerable {
    private enum Code { case unary(tessera_unary), binary(tessera_binary), comparison(tessera_comparison) }
    private let code: Code

    /// Nil where no kernel is named like the op.
    init?(_ op: any Op) {
        func named<C: RawRepresentable<UInt32>>(_ name: (C) -> UnsafePointer<CChar>?, count: C) -> C? {
            (0..<count.rawValue).lazy.compactMap { C(rawValue: $0) }.first { String(cString: name($0)!) == op.mnemonic }
        }
        if let unary = named(tessera_unary_name, count: TESSERA_UNARY_COUNT) {
            code = .unary(unary)
        } else if let binary = named(tessera_binary_name, count: TESSERA_BINARY_COUNT) {
            code = .binary(binary)
        } else if let comparison = named(tessera_comparison_name, count: TESSERA_COMPARISON_COUNT) {
            code = .comparison(comparison)
        } else {
            return nil
        }
    }

    func takes(_ inputs: [TensorType], _ outputs: [TensorType]) -> Bool {
        let output: ElementType = if case .comparison = code { .bool } else { .float32 }
        return areFloat32(inputs) && outputs[0].element == output
    }

    func kernel(_ table: KernelTable) -> ElementKernel {
        switch code {
        case .unary(let code):
            unary(code, 0, 0, table)
        case .binary(let code):
            {
                table.pointer.pointee.binary(
                    code, $0.floats(0), $0.stride(0), $0.floats(1), $0.stride(1), $0.floats, $0.count)
            }
        case .comparison(let code):
            {
                table.pointer.pointee.compare(
                    code, $0.floats(0), $0.stride(0), $0.floats(1), $0.stride(1), $0.flags, $0.count)
            }
        }
    }
}

/// A kernel of one operand and two numbers.
private func unary(_ code: tessera_unary, _ alpha: Double, _ beta: Double, _ table: KernelTable) -> ElementKernel {
    let alpha = Float(alpha), beta = Float(beta)
    return { table.pointer.pointee.unary(code, $0.floats(0), alpha, beta, $0.floats, $0.count) }
}

extension HardSigmoid: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel { unary(TESSERA_hardSigmoid, alpha, beta, table) }
}

extension LeakyRelu: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel { unary(TESSERA_leakyRelu, alpha, 0, table) }
}

extension ExponentialLinear: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel { unary(TESSERA_elu, alpha, 0, table) }
}

extension Gelu: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel {
        unary(approximate == .tanh ? TESSERA_geluTanh : TESSERA_gelu, 0, 0, table)
    }
}

extension Where: ElementwiseLowerable {
    func takes(_ inputs: [TensorType], _ outputs: [TensorType]) -> Bool {
        inputs[0].element == .bool && areFloat32(inputs[1...] + outputs)
    }

    func kernel(_ table: KernelTable) -> ElementKernel {
        {
            table.pointer.pointee.select(
                $0.flags(0), $0.stride(0), $0.floats(1), $0.stride(1), $0.floats(2), $0.stride(2), $0.floats, $0.count)
        }
    }
}

extension Relu: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel { Clip(low: 0, high: .infinity).kernel(table) }
}

extension Clip: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel {
        let low = Float(low), high = Float(high)
        return { table.pointer.pointee.clip($0.floats(0), low, high, $0.floats, $0.count) }
    }
}

extension ClipGradient: ElementwiseLowerable {
    func kernel(_ table: KernelTable) -> ElementKernel {
        let low = Float(low), high = Float(high)
        return { table.pointer.pointee.clip_gradient($0.floats(0), $0.floats(1), low, high, $0.floats, $0.count) }
    }
}

/// Runs are copied or filled.
extension BroadcastTo: ElementwiseLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard areFloat32(inputs + outputs), let output = outputs[0].shape else { return nil }
        // Images are read channels-last by whoever comes next.
        for layout in output.count == 4 ? [Layout.channelsLast, .dense] : [.dense]
        where BroadcastWalk(output: output, operands: [inputs[0].shape!], layout: layout) != nil {
            return LayoutChoice(inputs: [inputs[0].rank == 4 ? layout : .dense], outputs: [layout])
        }
        return nil
    }

    func kernel(_ table: KernelTable) -> ElementKernel {
        { run in
            if run.stride(0) == 0 {
                run.floats.update(repeating: run.floats(0).pointee, count: run.count)
            } else {
                run.floats.update(from: run.floats(0), count: run.count)
            }
        }
    }
}
