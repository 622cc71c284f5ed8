package a.b
import c._
/** Doc */
case class A[T <: B](x: Int) extends C with D {
  def f[U](a: U)(implicit b: C): Int = { a match { case x => 1 } }
  val g = (x: Int) => x
  private lazy val h = 1
  class In { def q = 1 }
  def abs: Int
  def this(a: String) = { this(1) }
}
object A { def apply(): A = ??? }
trait T { def t(): Unit = () }
enum Color { case Red, Green }
given ord: Ordering[Int] with { def compare(a: Int, b: Int) = 1 }
extension (s: String) def ext: Int = 1
def top(x: Int) = x
package inner { class Z }
