import Foundation

/// How far a long task is, with the time passed and left and its rate: one line that moves on a terminal, a plain line
/// now and then elsewhere.
final class ProgressBar {
    private let title: String
    private let unit: String
    private let total: Int
    /// The first update: the rate is measured from there, since what came before it was no part of the task.
    private var first: (done: Int, at: ContinuousClock.Instant)?
    private var lastShown: ContinuousClock.Instant?
    private let start = ContinuousClock.now
    /// Between two plain lines.
    private static let interval = Duration.seconds(10)
    private static let frame = Duration.milliseconds(100)

    /// `unit` is what is counted, in the plural: images, steps.
    init(_ title: String, unit: String, total: Int) {
        self.title = title
        self.unit = unit
        self.total = total
    }

    /// `done` of the total are finished; `lead` stands before the numbers.
    func update(_ done: Int, lead: String = "") {
        let now = ContinuousClock.now
        let begin = first ?? (done, now)
        first = begin
        let wait = Console.isTerminal ? Self.frame : Self.interval
        if let lastShown, now - lastShown < wait, done < total { return }
        lastShown = now
        let line = text(
            done, lead, rate: begin.done < done ? Double(done - begin.done) / (now - begin.at).seconds : 0,
            elapsed: (now - start).seconds)
        if Console.isTerminal { Console.rewriteLine(line) } else { Console.error(line) }
    }

    func finish() { Console.clearLine() }

    /// What matters most comes first, and the bar only where there is room.
    private func text(_ done: Int, _ lead: String, rate: Double, elapsed: Double) -> String {
        var parts = lead.isEmpty ? [] : [lead]
        parts.append("\(title) \(done)/\(total)")
        if rate > 0, rate.isFinite {
            parts.append("\(Self.time(elapsed)), \(Self.time(Double(total - done) / rate)) left")
            parts.append(String(format: rate >= 10 ? "%.0f \(unit)/s" : "%.2f \(unit)/s", rate))
        }
        let text = parts.joined(separator: "  "), width = 20
        guard Console.isTerminal, text.count + width + 2 < Console.columns else { return text }
        return bar(Double(done) / Double(max(total, 1)), width) + "  " + text
    }

    private func bar(_ share: Double, _ width: Int) -> String {
        let filled = min(width, max(0, Int(share * Double(width))))
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
