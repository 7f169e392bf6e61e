import Foundation

/// How far a long task is, with its rate and the time left: one line that moves on a terminal, a plain line now and
/// then elsewhere.
final class ProgressBar {
    private let title: String
    private let unit: String
    private let total: Int
    /// The first update: the rate is measured from there, since what came before it was no part of the task.
    private var first: (done: Int, at: ContinuousClock.Instant)?
    private var lastShown: ContinuousClock.Instant?
    /// Between two plain lines.
    private static let interval = Duration.seconds(10)
    private static let frame = Duration.milliseconds(100)

    /// `unit` is what is counted, in the plural: images, steps.
    init(_ title: String, unit: String, total: Int) {
        self.title = title
        self.unit = unit
        self.total = total
    }

    /// `done` of the total are finished; `detail` stands behind the numbers.
    func update(_ done: Int, detail: String = "") {
        let now = ContinuousClock.now
        let begin = first ?? (done, now)
        first = begin
        let wait = Console.isTerminal ? Self.frame : Self.interval
        if let lastShown, now - lastShown < wait, done < total { return }
        lastShown = now
        let line = text(
            done, rate: begin.done < done ? Double(done - begin.done) / (now - begin.at).seconds : 0, detail)
        if Console.isTerminal { Console.rewriteLine(line) } else { Console.error(line) }
    }

    func finish() { Console.clearLine() }

    private func text(_ done: Int, rate: Double, _ detail: String) -> String {
        var parts = ["\(title) \(done)/\(total)"]
        if Console.isTerminal { parts.insert(bar(Double(done) / Double(max(total, 1))), at: 0) }
        if rate > 0, rate.isFinite {
            parts.append(String(format: rate >= 10 ? "%.0f \(unit)/s" : "%.2f \(unit)/s", rate))
            parts.append("\(Self.time(Double(total - done) / rate)) left")
        }
        if !detail.isEmpty { parts.append(detail) }
        return parts.joined(separator: "  ")
    }

    private func bar(_ share: Double) -> String {
        let width = 20, filled = min(width, max(0, Int(share * Double(width))))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    /// `42 s`, `3:07`, `1:02:03`.
    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return String(format: "%d:%02d", whole / 60, whole % 60) }
        return String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
