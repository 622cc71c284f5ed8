MODULE_LICENSE("GPL")

struct API point { int x; };
struct __packed header { int size; };
static __init int start(void) { return 1; }
struct stat status = { 0 };
EXPORT_SYMBOL(start)
struct last { int x; };
#define TWICE(x) \
    ((x) * 2)
