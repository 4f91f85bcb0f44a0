@map @partial
Feature: The price list of a supplier is taken over as a whole
  Pages are written to a table, then the files are deleted. DynamoDB and S3 answer 200 though they did only part of the
  work.

  Rule: The first version does not look what was left

    Background:
      Given the state machine "../scenarios/catalogue-import/flawed.asl.json"

    Scenario: Products that the table did not take are missing, and nobody knows
      When WritePage does only part of its work
      Then the execution succeeds
      And there is a critical finding of partial-success-ignored at WritePage

    Scenario: Files that are still there are kept in the output, where nobody looks
      When DeleteFiles does only part of its work
      Then the output at $.deletion.Errors exists
      And the execution succeeds
      And there is a finding of partial-success-ignored at DeleteFiles

  Rule: The repaired version writes the rest again, and fails where something is left

    Background:
      Given the state machine "../scenarios/catalogue-import/repaired.asl.json"

    Scenario: What the table did not take is written again after a while
      When WritePage does only part of its work in item 0 once
      Then WritePage is entered 3 times
      And WaitForCapacity is entered once
      And the execution ends in Imported

    @slow
    Scenario: A page that is never taken as a whole fails after six rounds
      When WritePage does only part of its work in item 0 every time
      Then "AllWritten?" is entered at most 7 times
      And the execution fails with PageNotWritten

    Scenario: Files that are left fail the execution
      When DeleteFiles does only part of its work
      Then the execution fails with FilesNotDeleted

    @slow
    Scenario: Whatever goes wrong, nothing is missing unnoticed
      When everything that can go wrong goes wrong
      Then there is no finding of partial-success-ignored
      And there are no findings above low
