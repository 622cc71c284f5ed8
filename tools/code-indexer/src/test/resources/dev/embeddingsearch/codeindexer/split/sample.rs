//! mod doc
use std::fmt;
/// Doc
#[derive(Debug)]
pub struct S<T> { a: T }
#[inline]
pub async fn f<'a, T: Clone>(x: &'a T) -> T where T: Sized { let c = |y| y + 1; x }
impl<T> fmt::Display for S<T> { 
  /// fmt
  fn fmt(&self) -> R { Ok(()) } 
  const A: i32 = 1;
}
impl S<i32> { pub fn new() -> Self { S { a: 1 } } }
trait Tr { fn a(&self); fn b(&self) {} }
enum E { A(i32), B { x: i32 } }
mod m { pub fn g() {} #[cfg(test)] mod tests { #[test] fn t() {} } }
macro_rules! mac { ($x:expr) => { $x } }
extern "C" { fn ext(); }
unsafe extern "C" fn cb() {}
