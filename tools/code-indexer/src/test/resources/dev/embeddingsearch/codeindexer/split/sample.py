"""Module doc."""
import os
@dataclass(frozen=True)
class A(B, metaclass=M):
    """Class doc."""
    x: int = 1
    @property
    async def f(self, *, a=1) -> int:
        """F doc.

        More."""
        def inner():
            return 1
        return inner()
    class N:
        def __init__(self): pass
# comment
def g(): return (lambda: 1)
if TYPE_CHECKING:
    def h(): ...
k = lambda x: x
async def gg():
    pass
