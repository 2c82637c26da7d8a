#include "control/runtime/process/replica_mark.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace modelgate::control::runtime::process {

BOOST_AUTO_TEST_SUITE(replica_marks)

BOOST_AUTO_TEST_CASE(are_what_they_have_always_been) {
  // A later modelgate looks for the marks that an earlier one gave.
  BOOST_TEST(mark_of("k3v9-2049-131.abcdefgh") == 5'511'884'865'910'495'861U);
  BOOST_TEST(mark_of("k3v9-2049-131.") == 5'511'884'866'923'315'137U);
}

BOOST_AUTO_TEST_CASE(tell_replicas_and_data_folders_apart) {
  std::set<replica_mark> marks;
  for (int i = 0; i < 1'000; ++i) {
    const auto mark = mark_of("folder-1-2." + std::to_string(i));
    BOOST_TEST(is_of_same_data_folder(mark, mark_of("folder-1-2.")));
    BOOST_TEST(!is_of_same_data_folder(mark, mark_of("folder-1-3.")));
    marks.insert(mark);
  }
  BOOST_TEST(marks.size() == 1'000);
}

BOOST_AUTO_TEST_CASE(can_be_limits) {
  for (int i = 0; i < 1'000; ++i) {
    const auto mark = mark_of(std::to_string(i) + "." + std::to_string(i));
    BOOST_TEST(mark >= replica_mark{1} << 62U);  // no limit that anybody would set
    BOOST_TEST(mark < replica_mark{1} << 63U);
    BOOST_TEST(is_any_mark(mark));
  }
  BOOST_TEST(!is_any_mark(1'024));
  BOOST_TEST(!is_any_mark(~replica_mark{0}), "what an unlimited one is");
}

BOOST_AUTO_TEST_CASE(are_read_from_the_hard_limit) {
  const auto limits = [](const std::string& soft, const std::string& hard) {
    return "Limit                     Soft Limit           Hard Limit           Units     \n"
           "Max locked memory         8388608              8388608              bytes     \n"
           "Max file locks            "
           + soft + "  " + hard + "  locks     \nMax nice priority         0                    0        \n";
  };
  BOOST_TEST(parse_mark(limits("7", "4611686018427387905")).value() == 4'611'686'018'427'387'905U);
  BOOST_TEST(!parse_mark(limits("unlimited", "unlimited")).has_value());
  BOOST_TEST(!parse_mark(limits("7", "99999999999999999999999")).has_value());
  for (const char* text : {"", "Max file locks            7  7  locks", "\nMax file locks ", "\nMax file locks  7",
                           "\nMax file locks  7 ", "\nMax file locks  7 7", "\nMax file lock  7 7 locks"}) {
    BOOST_TEST(!parse_mark(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::process
