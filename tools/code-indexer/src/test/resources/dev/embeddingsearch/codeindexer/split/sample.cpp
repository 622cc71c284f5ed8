#include <vector>
namespace a::b { 
/// Doc
template <typename T, int N> class V : public B<T> {
 public:
  V() : x(1) {}
  explicit V(int a);
  ~V() = default;
  T& operator[](int i) { return 1; }
  operator bool() const { return true; }
  template <class U> void t(U u) { auto l = [&](int a) { return a; }; }
  struct In { int z; void q() {} };
 private:
  T x;
};
template <typename T> int V<T>::size() const noexcept { return 1; }
int C::m(int q) { return q; }
C::C() {}
std::ostream& operator<<(std::ostream& o, const V& v) { return o; }
enum class E { A };
using X = int;
}
extern "C" { void cfun() {} }
namespace { int anon() { return 1; } }
template<> struct hash<X> { size_t operator()(X x) const { return 1; } };
