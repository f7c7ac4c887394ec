// Marks what the library exports; everything else has hidden visibility.
#pragma once

#if defined(_WIN32)
#define SHAPECHECK_API
#define SHAPECHECK_LOCAL
#else
#define SHAPECHECK_API __attribute__((visibility("default")))
#define SHAPECHECK_LOCAL __attribute__((visibility("hidden")))  // what stands inside of an exported class, but is not
#endif
