#include "app/seal_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "app/seal_note.hpp"

namespace mintage::app {
namespace {

namespace fs = std::filesystem;

bool have_same(const seal_files::content& a, const seal_files::content& b) {
  return a.key && b.key && crypto::are_same(*a.key, *b.key);
}

}  // namespace

fs::path next_seal_key_file(const fs::path& file) {
  return fs::path{file}.concat(".next");
}

seal_files::seal_files(fs::path file, file_rules rules)
    : file_{std::move(file)}, next_{next_seal_key_file(file_)}, rules_{rules} {}

fs::path seal_files::former(std::uint32_t generation) const {
  return fs::path{file_}.concat(".former-" + std::to_string(generation));
}

seal_files::content seal_files::read(const fs::path& which) const {
  try {
    return {.key = read_seal_key(which, rules_), .because = {}};
  } catch (const file_error& e) {
    return {.key = std::nullopt, .because = e.what()};
  }
}

seal_files::content seal_files::read_next() const {
  auto out = read(next_);
  auto ignored = std::error_code{};
  if (!out.because.empty() && !fs::exists(next_, ignored)) out.because.clear();
  return out;
}

seal_files::swap seal_files::replace(const crypto::root_ring_content& ring) const {
  auto out = swap{};
  const auto current = read(file_);
  out.is_done = current.key && crypto::are_same(*current.key, ring.newest);
  if (out.is_done) return out;
  // By its key: a node may have missed a rotation.
  const auto known =
      std::find_if(ring.former.begin(), ring.former.end(), [&](const crypto::former_root& f) {
        return current.key && crypto::are_same(f.key, *current.key);
      });
  out.former = former(known == ring.former.end() ? ring.generation - 1 : known->generation);
  if (auto because = keep_former(out)) {
    out.because = *std::move(because);
    return out;
  }
  if (::rename(next_.c_str(), file_.c_str()) != 0) {
    out.because = file_.string() + " cannot be replaced: " + std::strerror(errno);
    return out;
  }
  out.is_done = true;
  try {
    sync_folder_of(file_);
  } catch (const file_error&) {  // after a power cut the start replaces it again
  }
  return out;
}

/// Gives the key in FILE its second name. @returns why that cannot be.
std::optional<std::string> seal_files::keep_former(swap& out) const {
  if (::link(file_.c_str(), out.former.c_str()) == 0) {
    try {
      sync_folder_of(file_);
      return std::nullopt;
    } catch (const file_error& e) {
      return e.what();
    }
  }
  const auto error = errno;
  if (error == EEXIST && have_same(read(file_), read(out.former))) return std::nullopt;
  if (error == ENOENT) {
    out.former.clear();
    return std::nullopt;
  }
  return out.former.string() + " cannot be made: " + std::strerror(error);
}

seal_key_fit compare_seal_key(const fs::path& file, std::string_view note, file_rules rules) {
  const auto files = seal_files{file, rules};
  const auto fits = [&](const seal_files::content& c) {
    return c.key && (note.empty() || open_seal_note(*c.key, note));
  };
  const auto current = files.read(files.file());
  if (fits(current) || fits(files.read(files.next()))) return seal_key_fit::fits;
  if (!current.because.empty()) throw file_error{current.because};
  return current.key ? seal_key_fit::other : seal_key_fit::missing;
}

}  // namespace mintage::app
