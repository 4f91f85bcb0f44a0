@permissions
Feature: The role of a nightly refresh may do what it needs, and a denial is seen
  A workflow starts a crawler, shares the table with the analysts and announces it. The policy of its role lies beside
  each definition.

  Rule: The first version waits for a denial to pass, or hides it

    Background:
      Given the state machine "../scenarios/lake-refresh/flawed.asl.json"
      And the role policy "../scenarios/lake-refresh/flawed.policy.json"

    Scenario: A denied crawler is asked for six more times
      When the role may not call StartCrawler
      Then StartCrawler is retried 6 times
      And the retries of StartCrawler wait 30, 60, 120, 240, 480 and 960 seconds
      And the execution fails with Glue.AccessDeniedException
      And there is a finding of permission-retried at StartCrawler

    Scenario: A malformed request is sent five times
      When LoadQuery fails with Athena.InvalidRequestException every time
      Then LoadQuery is attempted 5 times
      And there is a finding of permanent-error-retried at LoadQuery

    Scenario: A denied grant passes for shared already
      When the role may not call ShareTable
      Then ShareTable catches LakeFormation.AccessDeniedException and goes to AlreadyShared
      And the execution succeeds
      And there is a high finding of permission-denial-hidden at ShareTable

    Scenario: The role lacks the right to announce
      Then the role lacks "events:PutEvents"

  Rule: The repaired version fails where it is denied, and its role has what it needs

    Background:
      Given the state machine "../scenarios/lake-refresh/repaired.asl.json"
      And the role policy "../scenarios/lake-refresh/repaired.policy.json"

    Scenario: The role lacks nothing
      Then the role lacks nothing

    Scenario: The role needs the right to start the crawler, and to announce
      Then the role needs "glue:StartCrawler"
      And the role needs "events:PutEvents" on "arn:aws:events:us-east-1:123456789012:event-bus/lake"
      And the role does not need "s3:DeleteObject"

    Scenario Outline: A denial of <state> fails at once, and visibly
      When the role may not call <state>
      Then <state> is attempted once
      And the execution fails
      And every failure is visible

      Examples:
        | state        |
        | StartCrawler |
        | ShareTable   |
