import TesseraTensors

/// How far a run has come: enough to go on as if it had never stopped, together with configuration and seed.
public struct TrainingProgress: Sendable, Codable, Equatable {
    /// Completed steps since the beginning.
    public var step = 0
    /// The epoch being worked on, from 0; equal to the number of epochs when the run is finished.
    public var epoch = 0
    /// The next batch of that epoch: the sampler's position.
    public var batch = 0
    /// Sum of the losses of the epoch's steps so far.
    public var lossSum = 0.0
    /// The smallest validation error (mean absolute, in score units) so far, and the step at which it was reached.
    public var bestError: Double?
    public var bestStep: Int?

    public init() {}

    /// Throws where a number is out of the range that training can reach.
    func validate(at location: String) throws {
        func require(_ condition: Bool, _ name: String, _ found: Any, _ accepted: String) throws {
            if !condition { throw TesseraError(at: "\(location), \(name)", found: "\(found)", accepted: accepted) }
        }
        let counts = 0...1_000_000_000_000_000
        try require(counts.contains(step), "step", step, "0 to 10¹⁵")
        try require((0...TrainingConfiguration.epochLimit).contains(epoch), "epoch", epoch, "0 to 1,000,000")
        try require((0...step).contains(batch), "batch", batch, "0 to the \(step) steps")
        try require(lossSum.isFinite, "lossSum", lossSum, "a finite number")
        if let bestError { try require(bestError >= 0 && bestError.isFinite, "bestError", bestError, "0 or above") }
        if let bestStep { try require((0...step).contains(bestStep), "bestStep", bestStep, "0 to the \(step) steps") }
    }
}
