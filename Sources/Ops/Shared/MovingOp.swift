import TesseraIR

/// An op that gives back elements of its inputs as they are: a stand-in for an open dimension passes through it.
public protocol MovingOp: Op {}
