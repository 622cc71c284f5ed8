import Foundation

/// A point.
struct Point: Equatable {
    let x: Double

    /// Its distance.
    func distance(to other: Point) -> Double {
        if other == self {
            return 0
        } else {
            return abs(x - other.x)
        }
    }

    init(x: Double) {
        self.x = x
    }
}

func origin() -> Point
{
    return Point(x: 0)
}

let a = 1
let b = 2
