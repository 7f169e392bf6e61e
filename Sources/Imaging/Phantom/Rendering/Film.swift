import Foundation
import TesseraTensors

/// How the detector turns flesh and bone into values: exposure, contrast, an uneven beam, noise. Drawn without any
/// regard to the score.
struct Film {
    let gain: Float, gamma: Float, background: Float
    /// Relative weights of flesh and bone.
    let fleshWeight: Float, boneWeight: Float
    /// Relative change of exposure across the image, and its direction.
    let slope: Point
    let noise: Float
    /// How the film's characteristic curve differs from a straight line: amplitudes of sin(kπx) / k, small enough that
    /// it still rises.
    let curve: [Float]

    init(_ stream: inout RandomStream) {
        func draw(_ low: Double, _ high: Double) -> Float { Float(stream.uniform(low...high)) }
        gain = draw(0.9, 1.08)
        gamma = draw(0.92, 1.1)
        background = draw(0.03, 0.07)
        fleshWeight = draw(0.27, 0.33)
        boneWeight = draw(0.5, 0.56)
        slope = Point(draw(-0.06, 0.06), draw(-0.06, 0.06))
        noise = draw(0.008, 0.016)
        curve = (0..<5).map { _ in draw(-0.045, 0.045) }
    }

    /// What reaches the detector, without noise.
    func expose(_ hands: HandRenderer, grain: NoiseTile) -> [Float] {
        let size = hands.size
        return [Float](unsafeUninitializedCapacity: size * size) { image, initialized in
            for y in 0..<size {
                for x in 0..<size {
                    let i = y * size + x
                    let place = Point(Float(x), Float(y)) / Float(size) - 0.5
                    let flesh = hands.flesh[i]
                    let cloud = flesh > 0 ? 1 + 0.05 * grain(place * 40) : 1
                    let absorbed = fleshWeight * flesh * cloud + boneWeight * hands.bone[i]
                    let exposed = background + gain * powf(max(absorbed, 0), gamma) * (1 + slope.dot(place))
                    image[i] = characteristic(exposed)
                }
            }
            initialized = size * size
        }
    }

    private func characteristic(_ x: Float) -> Float {
        guard x > 0, x < 1 else { return x }
        // sin(kπx) from sin((k − 1)πx) and sin((k − 2)πx).
        let twice = 2 * cosf(.pi * x)
        var before: Float = 0, now = sinf(.pi * x), sum = x
        for (k, amplitude) in curve.enumerated() {
            sum += amplitude * now / Float(k + 1)
            (before, now) = (now, twice * now - before)
        }
        return sum
    }

    /// The exposed image after `tone`, with noise, in 0...1. Noise has a stream of its own, so the same hand in another
    /// state gets the same.
    func developed(_ exposed: [Float], _ tone: ToneMatch, noise stream: RandomStream) -> [Float] {
        var stream = stream
        return exposed.map { value in
            let toned = tone(value)
            return min(max(toned + noise * NoiseTile.nearlyNormal(stream.next()) * (0.5 + toned), 0), 1)
        }
    }
}
