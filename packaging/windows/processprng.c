/* Wine 8 has no bcryptprimitives.dll. Of it Rust's std wants this one function, which Windows has had since 7. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID data, ULONG length);

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return SystemFunction036(data, (ULONG)length);
}
