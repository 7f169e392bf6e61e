/// The straight change of grey values, near the identity, that gives an image the mean and deviation of another one, so
/// that neither tells them apart: closed joint spaces make an image brighter, missing pieces of bone make it darker.
struct ToneMatch {
    let gain: Float, offset: Float

    init(from values: [Float], to reference: [Float]) {
        let own = Self.moments(values), wanted = Self.moments(reference)
        gain = Float(wanted.deviation / own.deviation)
        offset = Float(wanted.mean - own.mean * wanted.deviation / own.deviation)
    }

    func callAsFunction(_ value: Float) -> Float { gain * value + offset }

    private static func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        return (mean, square.squareRoot())
    }
}
