// A zip archive of stored members (PKWARE APPNOTE 6.3.10, zip64 where sizes need it), as numpy.savez writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "write/atomic_file.h"

namespace shapecheck {

class NpzWriter {
 public:
  explicit NpzWriter(AtomicFile& file) : file_(file) {}

  /// Why no member can have this name; empty if one can. It is only a name: nobody extracts it.
  static std::string refuse_name(const std::string& name);

  /// Begins a member, of which write() is to be given all bytes.
  std::optional<Error> begin(const std::string& name, std::uint64_t size);
  std::optional<Error> write(std::span<const std::byte> bytes);
  std::optional<Error> end();
  /// The directory, behind the last member.
  std::optional<Error> finish();

 private:
  struct Member {
    std::string name;
    std::uint64_t offset = 0, size = 0;
    std::uint32_t crc = 0;
  };

  AtomicFile& file_;
  std::vector<Member> members_;
};

}  // namespace shapecheck
