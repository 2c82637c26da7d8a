#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace modelgate::test {

struct certificate_files {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// An authority of a test's own that issues certificates into a folder.
class certificate_authority {
 public:
  explicit certificate_authority(std::filesystem::path folder, const std::string& name = "test authority");

  struct wish {
    std::string common_name;
    std::vector<std::string> names;  ///< DNS names and IP addresses of its subjectAltName
    std::chrono::seconds begins{-3'600};
    std::chrono::seconds ends{3'600};
  };
  /// Writes `<file>.pem` and `<file>.key`.
  certificate_files issue(const std::string& file, const wish& wanted) const;
  certificate_files issue_for(const std::string& file, const std::string& name) const {
    return issue(file, {name, {name}});
  }

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace modelgate::test
