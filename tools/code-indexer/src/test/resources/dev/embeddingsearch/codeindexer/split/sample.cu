#include <cuda.h>

// Adds two vectors.
template <typename T>
__global__ void add(const T *a, T *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) b[i] += a[i];
}

__device__ __forceinline__ float square(float x) { return x * x; }

__global__ void __launch_bounds__(256) fill(int *x) { *x = 1; }

void launch(int n) {
    add<float><<<n / 256, 256, 0, stream>>>(a, b, n);
    fill<<<1, 1>>>(x);
}
