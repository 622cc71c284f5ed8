cimport numpy as np
cdef extern from "math.h":
    double sqrt(double x)

cdef class Vector:
    """A vector."""
    cdef double x
    def __cinit__(self, double x):
        self.x = x
    cpdef double norm(self) nogil:
        return sqrt(self.x)

# Adds.
cdef inline int add(int a, int b) except -1:
    return a + b

def py_add(a, b):
    return a + b
