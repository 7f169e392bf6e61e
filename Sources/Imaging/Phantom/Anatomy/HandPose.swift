import TesseraTensors

/// How one hand lies on the detector and what its owner is built like; drawn without any regard to the score.
package struct HandPose {
    /// Size relative to the average hand.
    var scale: Float
    /// Degrees, positive towards the thumb.
    var rotation: Float
    /// Displacement in centimetres.
    var shift: Point
    /// Factor of the fingers' spread, and what each finger adds in degrees.
    var spread: Float
    var fingerAngles: [Float]
    /// Relative lengths of the five rays.
    var rayLengths: [Float]
    /// Factors of bone widths, healthy joint spaces and soft tissue.
    var boneWidth: Float, jointSpace: Float, softTissue: Float

    package static let average = HandPose(
        scale: 1, rotation: 0, shift: Point(), spread: 1, fingerAngles: [0, 0, 0, 0, 0],
        rayLengths: [1, 1, 1, 1, 1], boneWidth: 1, jointSpace: 1, softTissue: 1)

    /// Both hands belong to one person: build and size are shared, pose is not.
    static func pair(_ stream: inout RandomStream) -> [HandPose] {
        func draw(_ low: Double, _ high: Double) -> Float { Float(stream.uniform(low...high)) }
        var person = average
        person.scale = draw(0.9, 1)
        person.boneWidth = draw(0.95, 1.05)
        person.jointSpace = draw(0.94, 1.06)
        person.softTissue = draw(0.93, 1.07)
        person.rayLengths = (0..<5).map { _ in draw(0.97, 1.03) }
        return (0..<2).map { _ in
            var pose = person
            pose.rotation = draw(-4, 4)
            pose.shift = Point(draw(-0.25, 0.25), draw(-0.4, 0.4))
            pose.spread = draw(0.75, 1.25)
            pose.fingerAngles = (0..<5).map { _ in draw(-2, 2) }
            return pose
        }
    }
}
