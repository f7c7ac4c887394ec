// What is left of a file that was begun; the Python tests beside kill the process that writes.
#include "write/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/files.h"

namespace shapecheck::test {
namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::size_t entries(const TempDir& dir) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(dir.path()), {}));
}

TEST(AtomicFile, IsThereOnlyWhenItIsPublished) {
  const TempDir dir;
  const std::string path = dir.path() + "/out";
  auto file = AtomicFile::create(path, {}, false);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->write(bytes("abcdef")));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(file->publish());
  EXPECT_EQ(read_file(path), "abcdef");
  EXPECT_EQ(entries(dir), 1u);
}

TEST(AtomicFile, NothingIsLeftOfOneThatWasNotPublished) {
  const TempDir dir;
  {
    auto file = AtomicFile::create(dir.path() + "/out", {}, false);
    ASSERT_TRUE(file);
    EXPECT_FALSE(file->write(bytes(std::string(3 << 20, 'x'))));
  }
  EXPECT_EQ(entries(dir), 0u);
}

TEST(AtomicFile, PiecesOfEverySizeFollowEachOther) {
  const TempDir dir;
  const std::string path = dir.path() + "/out";
  auto file = AtomicFile::create(path, {}, false);
  ASSERT_TRUE(file);
  std::string expected;
  for (const std::size_t size : {1u, 0u, 1u << 20, 7u, (1u << 20) - 1, 2u, 3u << 20, 5u}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 7));
    EXPECT_FALSE(file->write(bytes(piece)));
    expected += piece;
    EXPECT_EQ(file->size(), expected.size());
  }
  EXPECT_FALSE(file->overwrite(2, bytes("overwritten")));
  expected.replace(2, 11, "overwritten");
  const auto readable = file->readable_path();
  ASSERT_TRUE(readable);
  EXPECT_EQ(read_file(*readable), expected);
  EXPECT_FALSE(file->publish());
  EXPECT_EQ(read_file(path), expected);
}

TEST(AtomicFile, ReplacesOnlyByForce) {
  const TempDir dir;
  const std::string path = dir.write("out", "old");
  EXPECT_FALSE(AtomicFile::create(path, {}, false));
  auto file = AtomicFile::create(path, {}, true);
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->write(bytes("new")));
  EXPECT_EQ(read_file(path), "old");
  EXPECT_FALSE(file->publish());
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(entries(dir), 1u);
}

TEST(AtomicFile, NeverReplacesWhatCameMeanwhile) {
  const TempDir dir;
  auto file = AtomicFile::create(dir.path() + "/out", {}, false);
  ASSERT_TRUE(file);
  const std::string path = dir.write("out", "another's");
  const auto failed = file->publish();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, ErrorCode::unwritable_file);
  EXPECT_EQ(read_file(path), "another's");
}

TEST(AtomicFile, ALinkIsReplacedNotFollowed) {
  const TempDir dir;
  const std::string target = dir.write("target", "old");
  const std::string link = dir.path() + "/link";
  std::filesystem::create_symlink("target", link);
  auto file = AtomicFile::create(link, {}, true);
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->write(bytes("new")));
  EXPECT_FALSE(file->publish());
  EXPECT_EQ(read_file(target), "old");
  EXPECT_EQ(read_file(link), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(link));
}

TEST(AtomicFile, AWriteThatFailsIsAnError) {
  const OpenFile full(::open("/dev/full", O_WRONLY));  // NOLINT: a variadic interface
  if (!full) GTEST_SKIP() << "needs /dev/full";
  EXPECT_EQ(full.write_at(0, bytes("x")), ENOSPC);
  const OpenFile unwritable(::open("/dev/null", O_RDONLY));  // NOLINT: a variadic interface
  EXPECT_EQ(unwritable.write_at(0, bytes("x")), EBADF);
}

TEST(AtomicFile, RefusesNamesThatAreNoFile) {
  const TempDir dir;
  for (const std::string& name : {dir.path(), dir.path() + "/", std::string(), std::string("/dev/full"),
                                  dir.path() + "/" + std::string(300, 'x'), dir.path() + std::string("/a\0b", 4)}) {
    const auto file = AtomicFile::create(name, {}, true);
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error().code, ErrorCode::unwritable_file);
  }
  EXPECT_EQ(entries(dir), 0u);
}

TEST(ScratchFile, HasNoName) {
  const TempDir dir;
  const auto scratch = ScratchFile::create(dir.path());
  ASSERT_TRUE(scratch);
  EXPECT_EQ(entries(dir), 0u);
  EXPECT_FALSE(scratch->write_at(5, bytes("abc")));
  std::string got(3, ' ');
  EXPECT_FALSE(scratch->read_at(5, std::as_writable_bytes(std::span(got))));
  EXPECT_EQ(got, "abc");
  EXPECT_TRUE(scratch->read_at(6, std::as_writable_bytes(std::span(got))));  // ends before
}

}  // namespace
}  // namespace shapecheck::test
