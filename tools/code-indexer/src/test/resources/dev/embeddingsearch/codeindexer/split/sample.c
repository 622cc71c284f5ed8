#include <stdio.h>
#define MAX(a,b) ((a)>(b)?(a):(b))
#ifdef X
static int *f(int a) { return 0; }
#else
int g(void);
#endif
/* doc */
typedef struct node { int a; struct node *n; } node_t;
struct s { int b; };
enum e { A, B };
typedef int (*cb)(int);
int (*ff(int a))(int) { return 0; }
union u { int a; };
static const int t[] = { 1, 2 };
