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
}
