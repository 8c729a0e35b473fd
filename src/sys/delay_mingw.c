/* Windows, MinGW only (node-gyp brings its own for MSVC): the module is linked against
 * node.exe, and the program that loads it may have another name. */
#include <windows.h>

#include <delayimp.h>
#include <string.h>

static FARPROC WINAPI
on_delay_load(unsigned event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0)
    return NULL;
  return (FARPROC) GetModuleHandleW(NULL);
}

/* The linker's helper calls it before it loads a library. */
PfnDliHook __pfnDliNotifyHook2 = on_delay_load;
