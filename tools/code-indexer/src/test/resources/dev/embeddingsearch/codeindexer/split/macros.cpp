#include <QObject>
#define DECLARE(name) \
    class name

QT_BEGIN_NAMESPACE

/** A counter. */
class Q_CORE_EXPORT Counter : public QObject {
    Q_OBJECT
    Q_PROPERTY(int value READ value WRITE setValue)
public:
    explicit Counter(int start) : value_(start) {}
    Q_INVOKABLE int value() const NOEXCEPT { return value_; }
public slots:
    void setValue(int value) { value_ = value; }
signals:
    void changed();
private:
    int value_;
};

class Q_CORE_EXPORT Clock final : public QObject
{
    int now() { return 1; }
};

UCLASS(Blueprintable)
class MYGAME_API AHero : public AActor
{
    GENERATED_BODY()
    int health() const { return 3; }
};

struct API_EXPORT Point { int x; int length() { return x; } };
enum class API_EXPORT Color : int { Red, Green };
template <typename T> class API_EXPORT(3) Box { T get() { return T(); } };
BEGIN_DECLARATIONS
class Plain { int plain() { return 1; } };
Q_DECLARE_METATYPE(Plain)

API_EXPORT int free_function(int x) { return x; }
static int DEPRECATED old_function(void) { return 1; }
BOOL WINAPI DllMain(HINSTANCE instance) { return TRUE; }
HRESULT
split_type(int x) { return x; }
bool Point::operator==(const Point &other) const { return x == other.x; }
int get_operator() { return 1; }
FOO_NAMESPACE_END
