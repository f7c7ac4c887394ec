// .npz: zip archives as the format's specification (PKWARE APPNOTE) and Python's zipfile write them, and ones made to
// mislead.
#include <gtest/gtest.h>
#include <zlib.h>

#include "data/formats.h"
#include "io/zip.h"
#include "support/files.h"
#include "support/onnx_text.h"
#include "support/spec.h"

namespace shapecheck::test {
namespace {

struct Member {
  std::string name;
  std::string content;
  bool deflate = false;
  std::optional<std::size_t> claims = {};  ///< uncompressed size in the directory, if not that of the content
  std::optional<std::size_t> offset = {};  ///< of the local header, if not where it is
  unsigned flags = 0;
  std::optional<unsigned> method = {};
};

std::string le(std::uint64_t v, int width) {
  std::string s;
  for (int i = 0; i < width; ++i) s += static_cast<char>(v >> (8 * i) & 255);
  return s;
}

std::string deflated(const std::string& content) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// The archive. With zip64, sizes and offsets stand in the extra fields and records that exist for large ones.
std::string zip(const std::vector<Member>& members, bool zip64 = false) {
  constexpr std::uint64_t elsewhere = 0xFFFFFFFF;
  std::string out, directory;
  for (const Member& m : members) {
    const std::string stored = m.deflate ? deflated(m.content) : m.content;
    const std::uint64_t size = m.claims.value_or(m.content.size()), offset = m.offset.value_or(out.size());
    const std::string common = le(m.flags, 2) + le(m.method.value_or(m.deflate ? 8 : 0), 2) + le(0, 4) + le(0, 4);
    const std::string extra = zip64 ? le(1, 2) + le(16, 2) + le(size, 8) + le(stored.size(), 8) : "";
    const std::string far = zip64 ? le(1, 2) + le(24, 2) + le(size, 8) + le(stored.size(), 8) + le(offset, 8) : "";
    const std::string sizes = zip64 ? le(elsewhere, 4) + le(elsewhere, 4) : le(stored.size(), 4) + le(size, 4);
    out += "PK\x03\x04" + le(45, 2) + common + sizes + le(m.name.size(), 2) + le(extra.size(), 2) + m.name + extra +
           stored;
    directory += "PK\x01\x02" + le(45, 2) + le(45, 2) + common + sizes + le(m.name.size(), 2) + le(far.size(), 2) +
                 std::string(10, '\0') + le(zip64 ? elsewhere : offset, 4) + m.name + far;
  }
  const std::uint64_t start = out.size(), n = members.size();
  out += directory;
  if (zip64) {
    out += "PK\x06\x06" + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 8) + le(n, 8) + le(n, 8) + le(directory.size(), 8) +
           le(start, 8);
    out += "PK\x06\x07" + le(0, 4) + le(start + directory.size(), 8) + le(1, 4);
    return out + "PK\x05\x06" + le(0, 4) + le(0xFFFF, 2) + le(0xFFFF, 2) + le(elsewhere, 4) + le(elsewhere, 4) +
           le(0, 2);
  }
  return out + "PK\x05\x06" + le(0, 4) + le(n, 2) + le(n, 2) + le(directory.size(), 4) + le(start, 4) + le(0, 2);
}

Result<DataFile> read(const std::string& file, const DescribeOptions& options = {}) {
  return read_npz(Source(bytes_of(file)), options);
}

/// Bytes that do not deflate.
std::string noise(std::size_t n) {
  std::string out(n, '\0');
  std::uint32_t state = 1;
  for (char& c : out) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  return out;
}

const std::string kSmall = npy("<i2", {3}, std::string("\1\0\2\0\3\0", 6));

TEST(Npz, StoredAndDeflated) {
  for (const bool zip64 : {false, true}) {
    for (const bool deflate : {false, true}) {
      SCOPED_TRACE(std::string(zip64 ? "zip64" : "zip") + (deflate ? ", deflated" : ", stored"));
      const auto f =
          read(zip({{"x.npy", kSmall, deflate}, {"dir/y.npy", npy_zeros(">f8", {100, 3}, true), deflate}}, zip64));
      ASSERT_EQ(outcome_of(f), "x:int16[3] dir/y:float64[100,3]") << (f ? "" : f.error().message);
      EXPECT_EQ(f->format, DataFormat::npz);
      EXPECT_EQ(f->arrays[0].values->integers, (std::vector<std::int64_t>{1, 2, 3}));
      EXPECT_EQ(f->arrays[1].order, Order::fortran);
      EXPECT_EQ(f->arrays[1].byte_order, ByteOrder::big);
      if (deflate) {
        EXPECT_FALSE(f->arrays[0].header_offset) << "no byte of the file is one of its header";
      } else {
        EXPECT_EQ(f->arrays[0].header_offset, 30u + 5u + (zip64 ? 20u : 0u)) << "behind the local header";
        EXPECT_EQ(f->arrays[0].header_length, kSmall.size() - 6);
      }
    }
  }
}

TEST(Npz, WhatSurroundsTheMembers) {
  EXPECT_EQ(outcome_of(read(zip({}))), "") << "np.savez without arrays";
  const std::string plain = zip({{"x.npy", kSmall}});
  std::string comment = plain;
  comment.replace(comment.size() - 2, 2, le(300, 2));
  comment += std::string(300, 'c');
  EXPECT_EQ(outcome_of(read(comment)), "x:int16[3]");
  EXPECT_EQ(outcome_of(read(plain + "more")), "x:int16[3]") << "as Python's zipfile";
  // One that was written to a pipe has its sizes behind the content, and 0 in the local header; flag 8 tells.
  std::string piped = zip({{"x.npy", kSmall, true, {}, {}, 8}});
  piped.replace(18, 8, std::string(8, '\0'));
  EXPECT_EQ(outcome_of(read(piped)), "x:int16[3]");
}

TEST(Npz, MembersThatAreNoArrays) {
  EXPECT_EQ(outcome_of(read(zip({{"readme.txt", "hello"}, {"x.npy", kSmall}, {"dir/", ""}}))), "x:int16[3]");
  // np.load goes by the content: this one is an array, under its whole name.
  EXPECT_EQ(outcome_of(read(zip({{"x", kSmall}, {"y.bin", kSmall, true}}))), "x:int16[3] y.bin:int16[3]");
  const auto none = read(zip({{"readme.txt", "hello"}}));
  ASSERT_EQ(outcome_of(none), "SC003");
  EXPECT_NE(none.error().message.find("`readme.txt`"), std::string::npos) << none.error().message;
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", "hello"}}))), "SC003");
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", ""}}))), "SC003");
  EXPECT_EQ(outcome_of(read(zip({{"archive/data.pkl", "\x80\x02"}, {"archive/data/0", "weights"}}))), "SC004")
      << "PyTorch";
  const std::string objects = npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }");
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall}, {"y.npy", objects}}))), "SC006");
}

TEST(Npz, MembersThatCannotBeInflated) {
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall, false, {}, {}, 1}}))), "SC004") << "encrypted";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall, false, {}, {}, 0, 12}}))), "SC004") << "bzip2";
  EXPECT_EQ(outcome_of(read(zip({{"notes", kSmall, false, {}, {}, 1}, {"x.npy", kSmall}}))), "x:int16[3]")
      << "what is no array may be anything";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", "\xff\xff\xff\xff", false, 100, {}, 0, 8}}))), "SC003") << "no deflate";
  const std::string head = deflated(kSmall);
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", head.substr(0, head.size() / 2), false, kSmall.size(), {}, 0, 8}}))),
            "SC003")
      << "half a deflate stream";
}

TEST(Npz, HeadersThatNeverEnd) {
  const std::string zeros = deflated(std::string(50 << 20, '\0'));
  const std::string spaces = std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12) + std::string(50 << 20, ' ');
  const std::string largest = std::string("\x93NUMPY\x02\0\0\0\x10\0", 12) + std::string(50 << 20, ' ');
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", zeros, false, 50 << 20, {}, 0, 8}}))), "SC003") << "zeros, no header";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", spaces, true}}))), "SC005") << "a header of 4 GiB";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", largest, true}}))), "SC003") << "1 MiB of spaces is no header";
}

TEST(Npz, OnlyHeadersAreInflated) {
  // Noise behind the header: of 1 MB that hardly deflate, all but the first 40 KB is destroyed.
  const std::string member = deflated(npy("|u1", {1'000'000}, noise(1'000'000)));
  ASSERT_GT(member.size(), 900'000u);
  const std::string broken = member.substr(0, 40'000) + std::string(member.size() - 40'000, '\xff');
  const std::string archive = zip({{"x.npy", broken, false, 1'000'128, {}, 0, 8}, {"y.npy", kSmall, true}});
  EXPECT_EQ(outcome_of(read(archive)), "x:uint8[1000000] y:int16[3]");

  const Source source(bytes_of(archive));
  const auto members = read_zip_directory(source, {});
  ASSERT_TRUE(members.has_value());
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{128}, std::size_t{10'000}})
    EXPECT_EQ(read_zip_member(source, (*members)[0], n)->bytes.size(), n);
  EXPECT_FALSE(read_zip_member(source, (*members)[0], 500'000).has_value()) << "there it is broken";
  EXPECT_EQ(read_zip_member(source, (*members)[1], 10'000)->bytes.size(), kSmall.size()) << "the member ends";
}

TEST(Npz, SizesThatAreNotTrue) {
  const std::string large = npy_zeros("<f4", {100, 10});
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", large, true, 2000}}))), "SC001") << "less than the shape";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", large, false, 2000}}))), "SC003") << "stored means the same size twice";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall.substr(0, kSmall.size() - 1), true, kSmall.size()}}))), "SC001")
      << "more than there is";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall.substr(0, kSmall.size() - 1)}}))), "SC001");
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall.substr(0, 40)}}))), "SC001") << "not even its header is whole";
  EXPECT_EQ(outcome_of(read(zip({{"x.npy", kSmall + "more", true}}))), "x:int16[3]");
}

TEST(Npz, MembersOnTopOfOneAnother) {
  const Member x{"x.npy", npy_zeros("<f4", {100, 10})};
  EXPECT_EQ(outcome_of(read(zip({x, {"y.npy", x.content, false, {}, 0}}))), "SC003") << "the same bytes twice";
  EXPECT_EQ(outcome_of(read(zip({{"y.npy", kSmall}, {"z.npy", kSmall, false, {}, 10}}))), "SC003") << "a part of them";
  EXPECT_EQ(outcome_of(read(zip({{"y.npy", kSmall, false, {}, 1 << 20}}))), "SC001") << "behind the end";
  EXPECT_EQ(outcome_of(read(zip({{"y.npy", kSmall, false, {}, 10}}))), "SC003") << "where no member begins";
}

TEST(Npz, DirectoriesThatMislead) {
  const std::string good = zip({{"x.npy", kSmall}, {"y.npy", kSmall}});
  for (std::size_t n = 0; n < good.size(); ++n) ASSERT_FALSE(read(good.substr(0, n)).has_value()) << n;
  const auto with = [](std::string s, std::size_t from_end, const std::string& bytes) {
    return s.replace(s.size() - from_end, bytes.size(), bytes);
  };
  EXPECT_EQ(outcome_of(read(with(good, 12, le(0xFFFF, 2)))), "SC003") << "65,535 members in a few bytes";
  EXPECT_EQ(outcome_of(read(with(good, 10, le(0xFFFFFF, 4)))), "SC003") << "larger than the file";
  EXPECT_EQ(outcome_of(read(with(good, 6, le(0xFFFFFF, 4)))), "SC003") << "behind the file";
  EXPECT_EQ(outcome_of(read(with(good, 6, le(0, 4)))), "SC003") << "where no entry is";
  EXPECT_EQ(outcome_of(read(with(good, 12, le(1, 2)))), "SC003") << "a member that is not counted";
  EXPECT_EQ(outcome_of(read(with(good, 12, le(3, 2)))), "SC003") << "one that is not there";
  std::string renamed = good;
  renamed[30] = 'z';
  EXPECT_EQ(outcome_of(read(renamed)), "SC003") << "Python's zipfile takes no member with two names";
  const std::string wide = zip({{"x.npy", kSmall}}, true);
  EXPECT_EQ(outcome_of(read(with(wide, 22 + 12, le(UINT64_MAX, 8)))), "SC003") << "the zip64 record is nowhere";
  EXPECT_EQ(outcome_of(read(with(wide, 22 + 20 + 24, le(UINT64_MAX, 8)))), "SC005") << "2^64 members";
  EXPECT_EQ(outcome_of(read(with(wide, 22 + 20 + 8, le(UINT64_MAX, 8)))), "SC003") << "a directory at 2^64";
  DescribeOptions one;
  one.limits.max_npz_members = 1;
  EXPECT_EQ(outcome_of(read(good, one)), "SC005");
}

}  // namespace
}  // namespace shapecheck::test
