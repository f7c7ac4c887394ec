// Marks what the library exports; everything else has hidden visibility.
#pragma once

#if defined(_WIN32)
#define SHAPECHECK_API
#else
#define SHAPECHECK_API __attribute__((visibility("default")))
#endif
