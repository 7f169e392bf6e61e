import TesseraIR

/// One step of an optimiser on a parameter: (parameter, gradient, learning rate [], completed steps [] of int64 where
/// it reads them, then its slots) → new parameter and slots. Its attributes are the optimiser's settings.
public protocol UpdateOp: DefinedOp {
    /// Whether the number of completed steps is an input.
    static var readsStep: Bool { get }
    /// The states that are kept beside a parameter, each of its type, in the order of inputs and outputs.
    var slotNames: [String] { get }
}

extension UpdateOp {
    public static var readsStep: Bool { false }
}
