// ONNX Runtime by dlopen(), through its C API, which only grows: functions are places in struct OrtApi
// (onnxruntime_c_api.h). Of objects nothing is released: the process ends soon.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

class Runtime {
 public:
  explicit Runtime(const char* library) {
    void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(dlerror());
    struct Base {
      const void* const* (*get_api)(std::uint32_t version);
      const char* (*get_version)();
    };
    using GetBase = const Base* (*)();
    api_ = reinterpret_cast<GetBase>(dlsym(handle, "OrtGetApiBase"))()->get_api(16);
    must(call<3>(4, "with_onnx", &environment_));  // CreateEnv, errors only
    must(call<10>(&options_));                     // CreateSessionOptions
    must(call<24>(options_, 1));                   // SetIntraOpNumThreads
    must(call<69>(0, 0, &memory_));                // CreateCpuMemoryInfo
  }

  /// Whether it runs a model with one float32 input on zeros of this shape.
  bool runs(const std::string& model, const char* input, const char* output, std::vector<std::int64_t> shape) {
    void *session = nullptr, *value = nullptr, *result = nullptr;
    must(call<8>(environment_, static_cast<const void*>(model.data()), model.size(), options_, &session));
    std::size_t count = 1;
    for (const std::int64_t n : shape) count *= static_cast<std::size_t>(n);
    std::vector<float> zeros(count);
    must(call<49>(memory_, static_cast<void*>(zeros.data()), count * sizeof(float),
                  static_cast<const std::int64_t*>(shape.data()), shape.size(), 1, &value));
    return call<9>(session, nullptr, static_cast<const char* const*>(&input), static_cast<const void* const*>(&value),
                   std::size_t{1}, static_cast<const char* const*>(&output), std::size_t{1}, &result) == nullptr;
  }

 private:
  template <int place, class... Arguments>
  void* call(Arguments... arguments) {
    return reinterpret_cast<void* (*)(Arguments...)>(const_cast<void*>(api_[place]))(arguments...);
  }
  static void must(const void* status) {
    if (status != nullptr) throw std::runtime_error("ONNX Runtime refuses");
  }

  const void* const* api_ = nullptr;
  void *environment_ = nullptr, *options_ = nullptr, *memory_ = nullptr;
};
