<html><?php
namespace A\B;
use X;
/** Doc */
#[Attr]
abstract class C extends D implements E {
  use T;
  private int $x = 1;
  public function __construct(private int $a) {}
  /** m */
  public static function m(?int $a): ?int { return fn($x) => $x; }
  abstract function ab();
}
function f() { return function() use ($a) { }; }
interface I { function m(); }
trait T { function tm() {} }
enum S: string { case A = 'a'; function label() { return 1; } }
$v = new class { function anon() {} };
?>
<b>x</b>
