@job @nested
Feature: A Glue job and a nested execution run every night
  A job transforms the sales of a day, then another workflow publishes the report. Both are waited for (`.sync`).

  Rule: The first version waits without end, and succeeds where it failed

    Background:
      Given the state machine "../scenarios/nightly-pipeline/flawed.asl.json"

    Scenario: A job that fails is started three times, and the execution succeeds all the same
      When the job of Transform fails every time
      Then Transform is attempted 3 times
      And TellOperators takes effect once
      And the execution succeeds
      And there is a finding of failure-only-recorded at Transform

    @slow
    Scenario: A job that never ends is waited for, for ever
      When the job of Transform never ends
      Then after 30 days Transform is still waiting
      And there is a finding of task-unbounded at Transform

    @slow
    Scenario: A nested execution that never ends is waited for, for ever
      When the job of PublishReport never ends
      Then after 30 days PublishReport is still waiting
      And there is a high finding of task-unbounded at PublishReport

  Rule: The repaired version bounds every wait, and fails after the alert

    Background:
      Given the state machine "../scenarios/nightly-pipeline/repaired.asl.json"

    @slow
    Scenario: A job that never ends is given up after two hours
      When the job of Transform never ends
      Then Transform waits at most 2 hours
      And Transform catches States.Timeout and goes to TellOperators
      And PublishReport is never entered
      And the execution fails with ReportIsLate

    Scenario: A job that fails is not started again
      When the job of Transform fails
      Then Transform is attempted once
      And the execution fails with ReportIsLate

    Scenario: A job that runs into its own timeout is told to the operators
      When Transform reports the status TIMEOUT
      Then TellOperators is entered
      And the execution fails with ReportIsLate

    Scenario: A job that has no room yet is started again
      When Transform fails with Glue.ConcurrentRunsExceededException as often as its retries survive
      Then Transform is retried 4 times
      And the retries of Transform wait at most 60, 120, 240 and 300 seconds
      And the execution succeeds

    Scenario: The nested execution is named after its own, so that a second start is the same one
      Given the execution is named "night-41"
      When nothing goes wrong
      Then the request of PublishReport at $.Name is "report-night-41"

    Scenario: Somebody stops the execution while the job runs
      Given Transform takes 14 minutes
      When the execution is stopped after 10 minutes
      Then the execution is aborted
      And PublishReport is never entered

    Scenario: Under any single fault the night ends
      When any single fault strikes
      Then the execution ends within 6 hours
      And the execution succeeds or fails with ReportIsLate
      And every failure is visible
