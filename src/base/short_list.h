// A vector of trivial things that asks for no memory while it is short: the shapes that rules put together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

namespace shapecheck {

template <class T, std::size_t N = 8>
class ShortList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ShortList() = default;
  explicit ShortList(std::size_t size, T value = {}) {
    for (std::size_t i = 0; i < size; ++i) push_back(value);
  }
  explicit ShortList(std::span<const T> items) { append(items); }

  std::size_t size() const { return size_; }
  std::span<const T> view() const { return {begin(), size_}; }
  bool empty() const { return size_ == 0; }
  T* begin() { return size_ <= N ? few_ : many_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return size_ <= N ? few_ : many_.data(); }
  const T* end() const { return begin() + size_; }
  T& operator[](std::size_t i) { return begin()[i]; }
  const T& operator[](std::size_t i) const { return begin()[i]; }

  void push_back(T item) {
    if (size_ < N) {
      few_[size_] = item;
    } else {
      if (size_ == N) many_.assign(few_, few_ + N);
      many_.resize(size_);
      many_.push_back(item);
    }
    ++size_;
  }
  void append(std::span<const T> items) {
    for (const T& item : items) push_back(item);
  }
  void erase_at(std::size_t i) {
    std::copy(begin() + i + 1, end(), begin() + i);
    if (size_ == N + 1) std::copy(many_.begin(), many_.begin() + N, few_);
    --size_;
  }

 private:
  T few_[N] = {};
  std::vector<T> many_;  // all of them, once they are more than N
  std::size_t size_ = 0;
};

}  // namespace shapecheck
