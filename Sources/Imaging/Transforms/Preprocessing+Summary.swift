extension Preprocessing {
    /// What is done to an image for evaluation, in words for the documentation of a model's file: enough to do the same
    /// elsewhere.
    public var summary: String {
        let size = "\(size) x \(size)"
        var steps = ["samples divided by the largest value of their type (255 or 65535), alpha dropped"]
        switch channels {
        case 1: steps.append("colour made grey as \(Luma.formula)")
        case 3: steps.append("grey repeated to 3 channels")
        default: steps.append("grey repeated to \(channels) channels")
        }
        let filter = "bilinear with antialiasing"
        switch fit {
        case .crop:
            steps.append(
                "the shorter side resized to \(self.size) and the longer in proportion, rounded (\(filter)), the centre \(size) cut out"
            )
        case .pad:
            steps.append(
                "the longer side resized to \(self.size) and the shorter in proportion, rounded (\(filter)), placed in the centre of \(size) of zeros"
            )
        case .stretch: steps.append("both sides resized to \(self.size) (\(filter))")
        }
        if let normalization {
            steps.append("(value - \(normalization.mean)) / \(normalization.deviation) for each channel")
        }
        return steps.joined(separator: "; ")
    }
}
